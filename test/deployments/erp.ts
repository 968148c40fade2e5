import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import type { FleetServer } from '../fleet/fleet.ts';
import { ServedRepository } from '../fleet/git-server/repository.ts';
import { fleetDir, firstSshPort } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import type { Answer, Client } from '../kit/client.ts';

const shape = z.object({
  id: z.string(),
  status: z.string(),
  statusMessage: z.string().nullable(),
  errorCode: z.string().nullable(),
  commitSha: z.string().nullable(),
  snapshotId: z.string().nullable(),
  previousId: z.string().nullable(),
  operationId: z.string().nullable(),
  downtimeMs: z.number().nullable(),
  image: z.string().nullable(),
  plan: z
    .object({
      database: z.boolean(),
      image: z.boolean(),
      expectedDowntimeMs: z.number().nullable(),
      modules: z.array(
        z.object({
          name: z.string(),
          change: z.string(),
          reasons: z.array(z.string()),
          migrations: z.array(z.string()),
        }),
      ),
      commits: z.array(z.object({ sha: z.string(), subject: z.string() })),
    })
    .nullable(),
  findings: z.array(
    z.object({
      severity: z.string(),
      module: z.string().nullable(),
      file: z.string().nullable(),
      line: z.number().nullable(),
      message: z.string(),
    }),
  ),
});
export type Deployed = z.infer<typeof shape>;

const live: ReadonlySet<string> = new Set(['queued', 'building', 'deploying']);

/** A project with a repository over SSH, and an instance that its code is deployed to. */
export class Erp {
  readonly owner: Client;
  readonly server: FleetServer;
  readonly repository: ServedRepository;
  readonly project: string;
  readonly environment: string;
  instance = '';
  url = '';
  readonly #sshd: Sshd;
  readonly #root: string;

  private constructor(
    given: Pick<Erp, 'owner' | 'server' | 'repository' | 'project' | 'environment'>,
    sshd: Sshd,
    root: string,
  ) {
    this.owner = given.owner;
    this.server = given.server;
    this.repository = given.repository;
    this.project = given.project;
    this.environment = given.environment;
    this.#sshd = sshd;
    this.#root = root;
  }

  static async start(owner: Client, server: FleetServer): Promise<Erp> {
    const root = await mkdtemp(join(tmpdir(), 'ocore-erp-'));
    const repository = await ServedRepository.create(root, 'erp.git');
    const sshd = new Sshd(join(fleetDir, 'git'), firstSshPort + 9);
    await sshd.prepare();
    await sshd.start();
    const project = (await owner.post('/projects', { name: 'ERP' })).text('id');
    const environment = (
      await owner.post('/environments', { projectId: project, name: 'production', type: 'staging', branch: 'main' })
    ).text('id');
    const connected = await owner.post(`/projects/${project}/repository`, {
      repositoryUrl: `ssh://root@127.0.0.1:${sshd.port}${repository.dir}`,
    });
    await sshd.allow(connected.text('deployKey'));
    return new Erp({ owner, server, repository, project, environment }, sshd, root);
  }

  /** How somebody with a key of their own clones the repository. */
  get clone(): { url: string; ssh: string } {
    const ssh = `ssh -i ${this.#sshd.keyFile} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
    return { url: `ssh://root@127.0.0.1:${this.#sshd.port}${this.repository.dir}`, ssh };
  }

  async stop(): Promise<void> {
    await this.#sshd.stop();
    await rm(this.#root, { recursive: true, force: true });
  }

  /** The keys of the Git host are pinned by this. */
  async validate(): Promise<void> {
    const answer = await this.owner.post(`/projects/${this.project}/repository/validate`);
    expect((await this.owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe(
      'succeeded',
    );
  }

  async provision(image?: string): Promise<void> {
    const made = await this.owner.post('/instances', {
      name: 'Ledger',
      serverId: await this.owner.activeServer(this.server),
      environmentId: this.environment,
      adminEmail: 'admin@example.com',
      ...(image ? { image } : {}),
    });
    const last = await this.owner.finished(made.text('operationId'));
    expect([last.at('data.operationUpdated.status'), last.at('data.operationUpdated.error')]).toEqual([
      'succeeded',
      null,
    ]);
    this.instance = made.text('id');
    this.url = (await this.owner.get(`/instances/${this.instance}`)).text('url');
  }

  begin(input: object = {}): Promise<Answer> {
    return this.owner.post(`/projects/${this.project}/deploy`, input);
  }

  async read(id: string): Promise<Deployed> {
    return shape.parse((await this.owner.get(`/deployments/${id}`)).body);
  }

  /** The deployment when it has ended. */
  async ended(answer: Answer): Promise<Deployed> {
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const id = answer.text('id');
    for (const end = Date.now() + 400_000; Date.now() < end; await sleep(100)) {
      const deployed = await this.read(id);
      if (!live.has(deployed.status)) return deployed;
    }
    throw new Error(`The deployment has not ended: ${JSON.stringify(await this.read(id))}`);
  }

  async deploy(input: object = {}): Promise<Deployed> {
    return this.ended(await this.begin(input));
  }

  /** What the module's page says, with its status where it is not 200. */
  async says(): Promise<string> {
    const response = await fetch(`${this.url}/ocore_note/version`);
    return response.status === 200 ? response.text() : String(response.status);
  }

  async psql(statement: string): Promise<string> {
    const exec = await this.server.engine.docker.getContainer(`ocore-${this.instance}-db`).exec({
      Cmd: ['psql', '-X', '-A', '-t', '-q', '-U', 'postgres', '-d', 'ledger', '-c', statement],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.replaceAll('\r', '').trim();
  }

  /** What the server has of the instance besides what serves. */
  async left(): Promise<string[]> {
    const filters = { label: [`sh.ocore.instance=${this.instance}`] };
    const containers = await this.server.engine.docker.listContainers({ all: true, filters });
    const names = containers.map(({ Names }) => (Names[0] ?? '').replace(`/ocore-${this.instance}-`, ''));
    const databases = await this.psql("SELECT datname FROM pg_database WHERE datname LIKE 'ocore_%'");
    return [...names.filter((name) => !['db', 'odoo'].includes(name)), ...databases.split('\n').filter(Boolean)];
  }
}
