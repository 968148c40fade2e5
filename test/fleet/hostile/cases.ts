import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineCallName } from '../../../src/remote/docker/calls.ts';
import type { Answer, Client } from '../../kit/client.ts';
import { until } from '../../kit/holding.ts';
import { connectCode } from './code.ts';
import type { FakeEngine, Plot } from './engine.ts';
import { chosenFor, type Misbehaviour } from './misbehaviours.ts';
import { finished, type OperationState, type Stage } from './stage.ts';

/** What a user does so that the product makes a call. */
type Scenario = 'validate' | 'prepare' | 'provision' | 'stop' | 'restart' | 'configure' | 'deploy' | 'delete';

/** A call that is not here has no test, and the test of this list fails. */
export const reachedBy: Record<EngineCallName, Scenario> = {
  ping: 'prepare',
  version: 'validate',
  info: 'validate',
  inspectImage: 'provision',
  pullImage: 'provision',
  importImage: 'validate',
  listImages: 'delete',
  commitContainer: 'deploy',
  removeImage: 'validate',
  listNetworks: 'delete',
  createNetwork: 'provision',
  removeNetwork: 'delete',
  listVolumes: 'delete',
  createVolume: 'provision',
  removeVolume: 'delete',
  listContainers: 'delete',
  createContainer: 'provision',
  inspectContainer: 'provision',
  startContainer: 'restart',
  stopContainer: 'stop',
  updateContainer: 'stop',
  renameContainer: 'configure',
  removeContainer: 'delete',
  getArchive: 'provision',
  putArchive: 'provision',
  containerLogs: 'provision',
  waitContainer: 'provision',
  createExec: 'provision',
  startExec: 'provision',
  inspectExec: 'provision',
};

export interface Case {
  readonly call: EngineCallName;
  readonly misbehaviour: Misbehaviour;
  readonly name: string;
}

const isCall = (name: string): name is EngineCallName => name in reachedBy;

/** What every call meets. Those that stall come first: they take longest. */
export const cases: readonly Case[] = Object.keys(reachedBy)
  .filter(isCall)
  .flatMap((call, number) =>
    chosenFor(call, number).map((misbehaviour, index) => ({ call, misbehaviour, index, name: misbehaviour.name })),
  )
  .sort((one, other) => one.index - other.index);

/** A container may say whatever it likes for as long as it likes: that ends when its user has had enough. */
export function isEndless({ call, misbehaviour }: Pick<Case, 'call' | 'misbehaviour'>): boolean {
  return call === 'containerLogs' && misbehaviour.endless === true;
}

export interface Result {
  /** How often the engine misbehaved. */
  served: number;
  operation: OperationState;
}

interface Instance {
  id: string;
  engine: FakeEngine;
  operation: OperationState;
}

/** Brings about one case after the other on servers and instances of one organization. */
export class HostileFleet {
  readonly #stage: Stage;
  readonly #owner: Client;
  readonly #environmentId: string;
  readonly #servers = new Map<string, Promise<{ id: string; engine: FakeEngine }>>();
  readonly #idle = new Map<EngineCallName, Instance[]>();
  #project: Promise<string> | undefined;
  #next = 0;

  constructor(stage: Stage, owner: Client, environmentId: string) {
    this.#stage = stage;
    this.#owner = owner;
    this.#environmentId = environmentId;
  }

  run({ call, misbehaviour }: Case): Promise<Result> {
    const plot = { call, misbehaviour };
    const scenario = reachedBy[call];
    if (scenario === 'validate') return this.#validate(plot);
    if (scenario === 'prepare') return this.#prepare(plot);
    if (scenario === 'provision') return this.#provision(plot);
    return this.#change(scenario, plot);
  }

  /** A new instance on an honest server, running. */
  async instance(server = 'honest'): Promise<{ id: string; engine: FakeEngine; operation: OperationState }> {
    const { id: serverId, engine } = await this.#server(server);
    const { id, operationId } = await this.#create(serverId);
    engine.expectInstance(id, null);
    return { id, engine, operation: await finished(this.#owner, operationId) };
  }

  async act(verb: Scenario, id: string): Promise<Answer> {
    if (verb === 'deploy') {
      this.#project ??= connectCode(this.#stage, this.#owner, this.#environmentId);
      return this.#owner.post(`/projects/${await this.#project}/deploy`, { instanceId: id });
    }
    if (verb === 'configure') return this.#owner.patch(`/instances/${id}`, { workers: 2 });
    if (verb === 'delete') return this.#owner.delete(`/instances/${id}`);
    return this.#owner.post(`/instances/${id}/${verb}`);
  }

  #server(name: string): Promise<{ id: string; engine: FakeEngine }> {
    const known = this.#servers.get(name);
    if (known) return known;
    const made = (async () => {
      const engine = await this.#stage.engine();
      return { id: await this.#stage.activeServer(this.#owner, engine), engine };
    })();
    this.#servers.set(name, made);
    return made;
  }

  async #create(serverId: string, image?: string): Promise<{ id: string; operationId: string }> {
    this.#next += 1;
    const answer = await this.#owner.post('/instances', {
      name: `Instance ${this.#next}`,
      serverId,
      environmentId: this.#environmentId,
      adminEmail: 'admin@example.com',
      ...(image ? { image } : {}),
    });
    return { id: answer.text('id'), operationId: answer.text('operationId') };
  }

  async #validate(plot: Plot): Promise<Result> {
    const engine = await this.#stage.engine();
    engine.everywhere = plot;
    const { operationId } = await this.#stage.register(this.#owner, engine);
    return { operation: await finished(this.#owner, operationId), served: engine.served(plot.call) };
  }

  /** The engine is honest until it is trusted. */
  async #prepare(plot: Plot): Promise<Result> {
    const engine = await this.#stage.engine();
    const serverId = await this.#stage.activeServer(this.#owner, engine);
    engine.everywhere = plot;
    const { id, operationId } = await this.#create(serverId);
    engine.expectInstance(id, null);
    return { operation: await finished(this.#owner, operationId), served: engine.served(plot.call) };
  }

  async #provision(plot: Plot): Promise<Result> {
    const { id: serverId, engine } = await this.#server(plot.call);
    const image = `hostile.example/case-${this.#next}:1`;
    engine.expectImage(image, plot);
    const { id, operationId } = await this.#create(serverId, image);
    engine.expectInstance(id, plot);
    const served = (): number => engine.served(plot.call, id) + engine.served(plot.call, image);
    if (isEndless(plot)) {
      await until(async () => served() > 0);
      // It has some time to fill the memory, and the log.
      await sleep(3000);
      // What floods it may keep it from answering in time.
      await until(async () => (await this.#owner.post(`/operations/${operationId}/cancel`)).status < 500);
    }
    return { operation: await finished(this.#owner, operationId), served: served() };
  }

  /** Something is done to an instance that runs. What is left of it serves the next case. */
  async #change(scenario: Scenario, plot: Plot): Promise<Result> {
    // What an earlier call has half removed would not be asked for again.
    const idle = this.#idle.get(plot.call) ?? [];
    this.#idle.set(plot.call, idle);
    const { id, engine, operation: provisioned } = idle.pop() ?? (await this.instance(scenario));
    if (provisioned.status !== 'succeeded')
      throw new Error(`An honest server did not provision: ${JSON.stringify(provisioned)}`);
    const before = engine.served(plot.call, id);
    engine.expectInstance(id, plot);
    const answer = await this.act(scenario, id);
    const operation = await finished(this.#owner, answer.text('operationId'));
    const served = engine.served(plot.call, id) - before;
    engine.expectInstance(id, null);
    const { status } = await this.#owner.get(`/instances/${id}`);
    const state = status === 200 ? (await this.#owner.get(`/instances/${id}`)).at('status') : 'removed';
    // What is configured as it should be is not configured again, and an image that was built is not built again.
    const spent = scenario === 'deploy' || (scenario === 'configure' && operation.status === 'succeeded');
    if ((state === 'running' && !spent) || (state === 'failed' && scenario !== 'configure'))
      idle.push({ id, engine, operation: provisioned });
    return { operation, served };
  }
}
