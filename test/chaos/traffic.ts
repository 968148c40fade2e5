import { z } from 'zod';
import type { Answer, Client } from '../kit/client.ts';
import { patienceMs, persistently } from './persistent.ts';
import type { Random } from './random.ts';
import { password, type Stage } from './stage.ts';

/** What a user does next; which thing it is done to is decided by `luck` among those that there are by then. */
export interface Wish {
  what:
    | 'provision'
    | 'configure'
    | 'start'
    | 'stop'
    | 'restart'
    | 'delete'
    | 'validate'
    | 'register'
    | 'remove'
    | 'delete_org'
    | 'cancel'
    | 'retry';
  at: number;
  luck: number;
}

const weights: readonly (readonly [Wish['what'], number])[] = [
  ['provision', 6],
  ['configure', 5],
  ['start', 4],
  ['stop', 4],
  ['restart', 3],
  ['delete', 3],
  ['validate', 1],
  ['register', 2],
  ['remove', 2],
  ['delete_org', 1],
  ['cancel', 3],
  ['retry', 5],
];

export function scheduleWishes(random: Random, milliseconds: number): Wish[] {
  const wishes: Wish[] = [];
  for (let at = 0; at < milliseconds; at += random.between(200, 1600))
    wishes.push({ what: random.weighted(weights), at, luck: random.next() });
  return wishes;
}

const instanceRow = z.object({ id: z.string(), name: z.string(), status: z.string() });
const operationRow = z.object({
  id: z.string(),
  kind: z.string(),
  status: z.string(),
  resourceId: z.string(),
  resourceType: z.string(),
});
const listOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });

/** Instances at once: more would only wait for the machine. */
const mostInstances = 6;

/** A user who works all the time, and sends a request again until it has an answer. */
export class Traffic {
  readonly owner: Client;
  readonly serverIds: string[] = [];
  readonly #stage: Stage;
  readonly #environmentId: string;
  readonly #spares: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  #made = 0;
  /** Responses that no fault excuses. */
  readonly problems: string[] = [];

  private constructor(stage: Stage, owner: Client, environmentId: string) {
    this.#stage = stage;
    this.owner = owner;
    this.#environmentId = environmentId;
  }

  static async start(stage: Stage): Promise<Traffic> {
    const owner = await stage.owner();
    const project = await persistently(owner, 'POST', '/projects', { name: 'Chaos' });
    const environment = await persistently(owner, 'POST', '/environments', {
      projectId: project.text('id'),
      name: 'dev',
      type: 'development',
    });
    const traffic = new Traffic(stage, owner, environment.text('id'));
    for (const server of stage.servers) {
      const made = await traffic.change('POST', '/servers', { name: server.fleet.name, ...stage.registration(server) });
      traffic.serverIds.push(made.text('id'));
      await traffic.#active(made.text('id'), made.text('operationId'));
    }
    return traffic;
  }

  async #active(serverId: string, operationId: string): Promise<void> {
    const { status, error } = await this.#ended(operationId, Date.now() + patienceMs);
    // The machine may be slow; whether a server can be validated at all is not what is looked at here.
    if (status === 'failed')
      return this.#active(serverId, (await this.change('POST', `/servers/${serverId}/validate`)).text('operationId'));
    if (status !== 'succeeded') throw new Error(`The server was not validated: ${status} ${error}`);
  }

  /** How an operation stands when it has ended, or when the time is over. */
  async #ended(operationId: string, until: number): Promise<{ status: string; error: string }> {
    let last = await persistently(this.owner, 'GET', `/operations/${operationId}`);
    while (last.at('finishedAt') === null && Date.now() < until)
      last = await persistently(this.owner, 'GET', `/operations/${operationId}?wait=5`);
    return { status: last.text('status'), error: JSON.stringify(last.at('error')) };
  }

  /** Begins what is wished for; `settled` waits for the responses. */
  begin(wish: Wish): void {
    const work = this.#do(wish).catch((error: unknown) => {
      this.problems.push(`${wish.what}: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  change(method: string, path: string, body: unknown = {}, by: Client = this.owner): Promise<Answer> {
    return persistently(by, method, path, body);
  }

  async look<T extends z.ZodType>(row: T, path: string): Promise<z.infer<T>[]> {
    const answer = await persistently(this.owner, 'GET', path);
    if (answer.status !== 200)
      throw new Error(`GET ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    return listOf(row).parse(answer.body).data;
  }

  instances(): Promise<z.infer<typeof instanceRow>[]> {
    return this.look(instanceRow, '/instances?limit=100&sort=created_at');
  }

  /** What a user does with an instance whose containers the engine has not started again. */
  async restart(instanceId: string): Promise<void> {
    const answer = await this.change('POST', `/instances/${instanceId}/restart`);
    if (answer.status === 202) await this.#ended(answer.text('operationId'), Date.now() + patienceMs);
  }

  async #do({ what, luck }: Wish): Promise<void> {
    const at = <T>(items: readonly T[]): T | undefined => items[Math.floor(luck * items.length)];
    switch (what) {
      case 'provision': {
        if ((await this.instances()).length >= mostInstances) return;
        this.#made += 1;
        await this.change('POST', '/instances', {
          name: `Chaos ${this.#made}`,
          serverId: at(this.serverIds),
          environmentId: this.#environmentId,
          adminEmail: 'admin@example.com',
        });
        return;
      }
      case 'start':
        return this.#act(at(await this.#whole('stopped', 'failed')), 'POST', '/start');
      case 'stop':
        return this.#act(at(await this.#whole('running', 'failed')), 'POST', '/stop');
      case 'restart':
        return this.#act(at(await this.#whole('running', 'failed')), 'POST', '/restart');
      case 'configure':
        return this.#act(at(await this.#whole('running')), 'PATCH', '', {
          limitMemoryHard: 512 * 1024 ** 2 + Math.floor(luck * 1024) * 1024 ** 2,
          limitMemorySoft: 256 * 1024 ** 2,
        });
      case 'delete':
        return this.#act(
          at((await this.instances()).filter(({ status }) => ['running', 'stopped', 'failed'].includes(status))),
          'DELETE',
          '',
        );
      case 'validate':
        await this.change('POST', `/servers/${at(this.serverIds)}/validate`);
        return;
      case 'register': {
        const server = at(this.#stage.servers);
        if (!server || this.#spares.length > 3) return;
        this.#made += 1;
        const answer = await this.change('POST', '/servers', {
          name: `Spare ${this.#made}`,
          ...this.#stage.registration(server),
        });
        this.#spares.push(answer.text('id'));
        return;
      }
      case 'remove': {
        const spare = at(this.#spares);
        if (spare === undefined) return;
        const answer = await this.change('DELETE', `/servers/${spare}`);
        if (answer.status === 404) this.#spares.splice(this.#spares.indexOf(spare), 1);
        return;
      }
      case 'delete_org': {
        this.#made += 1;
        const made = await this.change('POST', '/user/orgs', { name: `Passing ${this.#made}` }, this.owner.in(null));
        const passing = this.owner.in(made.text('slug'));
        await this.change('POST', '/projects', { name: 'Passing' }, passing);
        await this.change('DELETE', '/org', { confirmSlug: passing.org, password }, passing);
        return;
      }
      case 'cancel': {
        const live = at((await this.#newest()).filter(({ status }) => ['queued', 'running'].includes(status)));
        if (live)
          await this.owner
            .graphql('mutation ($id: ID!) { cancelOperation(id: $id) { id status cancelRequested } }', { id: live.id })
            .catch(() => {});
        return;
      }
      case 'retry': {
        const ended = at((await this.#newest()).filter(({ status }) => ['failed', 'cancelled'].includes(status)));
        if (ended) await this.change('POST', `/operations/${ended.id}/retry`);
      }
    }
  }

  async #act(instance: { id: string } | undefined, method: string, path: string, body: unknown = {}): Promise<void> {
    if (instance) await this.change(method, `/instances/${instance.id}${path}`, body);
  }

  /** The newest operation of each resource. */
  async #newest(): Promise<z.infer<typeof operationRow>[]> {
    const newestFirst = await this.look(operationRow, '/operations?limit=100&sort=-created_at');
    return [...new Map(newestFirst.toReversed().map((row) => [row.resourceId, row])).values()];
  }

  /** Instances in such a state that have their containers: one whose provisioning or deletion failed is for `retry` and `delete`. */
  async #whole(...states: string[]): Promise<z.infer<typeof instanceRow>[]> {
    const newest = new Map((await this.#newest()).map((row) => [row.resourceId, row.kind]));
    const half = ['instance.provision', 'instance.delete'];
    return (await this.instances()).filter(
      ({ id, status }) => states.includes(status) && !(status === 'failed' && half.includes(newest.get(id) ?? '')),
    );
  }

  /** Takes everything away again, now that nothing breaks: none of it may be stuck. */
  async leave(boundMs: number): Promise<string[]> {
    const wrong: string[] = [];
    const until = Date.now() + boundMs;
    const finish = async (what: string, answer: Answer): Promise<void> => {
      if (answer.status !== 202)
        return void wrong.push(`${what} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
      const { status, error } = await this.#ended(answer.text('operationId'), until);
      if (status !== 'succeeded') wrong.push(`${what} is ${status}, though nothing is broken: ${error}`);
    };
    await Promise.all(
      (await this.instances()).map(async ({ id, name }) =>
        finish(`Deleting ${name}`, await this.change('DELETE', `/instances/${id}`)),
      ),
    );
    const servers = await this.look(z.object({ id: z.string(), name: z.string() }), '/servers?limit=100');
    await Promise.all(
      servers.map(async ({ id, name }) => finish(`Removing ${name}`, await this.change('DELETE', `/servers/${id}`))),
    );
    return wrong;
  }
}
