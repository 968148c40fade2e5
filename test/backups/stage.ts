import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FleetServer } from '../fleet/fleet.ts';
import { loadDatabaseOdoo } from '../fleet/database-odoo.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';

const run = promisify(execFile);

/** An instance with a real database and a real filestore, and directories of its server for its backups. */
export class Stage {
  readonly ocore: Ocore;
  readonly owner: Client;
  readonly server: FleetServer;
  readonly environmentId: string;
  readonly serverId: string;
  readonly instanceId: string;
  readonly database: string;

  private constructor(of: {
    ocore: Ocore;
    owner: Client;
    server: FleetServer;
    environmentId: string;
    serverId: string;
    instanceId: string;
    database: string;
  }) {
    this.ocore = of.ocore;
    this.owner = of.owner;
    this.server = of.server;
    this.environmentId = of.environmentId;
    this.serverId = of.serverId;
    this.instanceId = of.instanceId;
    this.database = of.database;
  }

  static async set(ocore: Ocore, owner: Client, server: FleetServer, name = 'Kept'): Promise<Stage> {
    await loadDatabaseOdoo(server.engine.docker);
    const serverId = await owner.activeServer(server);
    const environmentId = await owner.environment();
    const created = await owner.post('/instances', {
      name,
      serverId,
      environmentId,
      adminEmail: 'admin@example.com',
    });
    await ended(owner, created, 'succeeded');
    const instanceId = created.text('id');
    const slug = (await owner.get(`/instances/${instanceId}`)).text('slug');
    const database = slug.replaceAll('-', '_');
    return new Stage({ ocore, owner, server, environmentId, serverId, instanceId, database });
  }

  /** A destination in a new directory of the server. */
  async destination(name = 'Disk'): Promise<{ id: string; dir: string }> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-backups-'));
    const id = randomUUID();
    await this.ocore.sql(
      `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, server_id, tested_at, updated_at)
       SELECT $1, org_id, $2, 'local', $3::jsonb, id, now(), now() FROM servers WHERE id = $4`,
      [id, name, JSON.stringify({ path: dir }), this.serverId],
    );
    return { id, dir };
  }

  backup(more: Record<string, unknown> = {}): Promise<Answer> {
    return this.owner.post(`/environments/${this.environmentId}/backups`, more);
  }

  /** A backup from its request to its end. */
  async taken(more: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.backup(more);
    await ended(this.owner, answer, 'succeeded');
    return this.owner.get(`/backups/${answer.text('id')}`);
  }

  container(part: string): string {
    return `ocore-${this.instanceId}-${part}`;
  }

  /** Runs a program in a container of the instance. */
  async inside(part: 'db' | 'odoo', ...command: string[]): Promise<string> {
    const { stdout } = await this.docker('exec', this.container(part), ...command);
    return stdout.trim();
  }

  query(statement: string): Promise<string> {
    return this.inside('db', 'psql', '-X', '-q', '-t', '-A', '-U', 'postgres', '-d', this.database, '-c', statement);
  }

  docker(...args: string[]): Promise<{ stdout: string }> {
    return run('docker', ['-H', `unix://${this.server.engine.socket}`, ...args], { maxBuffer: 64 * 1024 * 1024 });
  }

  /** What snapshots still have on the server, by the label of its part. */
  async left(): Promise<string[]> {
    const filters = { label: [`sh.ocore.instance=${this.instanceId}`] };
    const { docker } = this.server.engine;
    const containers = await docker.listContainers({ all: true, filters });
    const { Volumes } = await docker.listVolumes({ filters });
    return [...containers, ...(Volumes ?? [])]
      .map(({ Labels }) => Labels['sh.ocore.part'] ?? '')
      .filter((part) => ['dump', 'restic', 'scratch'].includes(part));
  }

  /** Restic by hand, with what the export of the key gives. */
  async restic(dir: string, backupId: string, ...args: string[]): Promise<string> {
    const key = await this.owner.post(`/backups/${backupId}/export-key`, { password: 'correct horse 1' });
    return this.resticWith(dir, key.text('password'), ...args);
  }

  async resticWith(dir: string, password: string, ...args: string[]): Promise<string> {
    const { stdout } = await this.docker(
      'run',
      '--rm',
      '-e',
      `RESTIC_PASSWORD=${password}`,
      '-v',
      `${dir}:${dir}`,
      'restic/restic:0.19.1',
      '-r',
      join(dir, this.instanceId),
      ...args,
    );
    return stdout;
  }
}

export async function ended(owner: Client, answer: Answer, status: string): Promise<Answer> {
  if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  const last = await owner.finished(answer.text('operationId'));
  if (last.at('data.operationUpdated.status') === status) return last;
  const logs = await owner.get(`/operations/${answer.text('operationId')}`);
  throw new Error(`${JSON.stringify(last.body)} ${JSON.stringify(logs.body)}`);
}
