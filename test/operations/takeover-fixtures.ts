import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { QueryResultRow } from 'pg';
import tar from 'tar-stream';
import { credentialOwner } from '../../src/servers/index.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { ServedRepository } from '../fleet/git-server/repository.ts';
import { portRange } from '../fleet/slot.ts';
import { inBatches } from '../kit/call.ts';
import type { Answer, Client } from '../kit/client.ts';
import { Line } from '../kit/line.ts';
import type { Ocore } from '../kit/ocore.ts';

/** A server of the control plane with a network of its own in front, so that each operation can be held alone. */
export interface Place {
  serverId: string;
  line: Line;
}

export interface Begun {
  operationId: string;
  place: Place | null;
}

interface Site extends Place {
  instanceId: string;
}

/** An instance has two, and takes the next where another program has one. */
const portsEach = 5;

/** Makes what operations work on. */
export class Fixtures {
  readonly #ocore: Ocore;
  readonly #owner: Client;
  readonly #server: FleetServer;
  readonly #environmentId: string;
  readonly #lines: Line[] = [];
  readonly #repositories: string[] = [];
  #made = 0;
  #model: Promise<string> | undefined;
  #modelLine: Line | undefined;

  private constructor(ocore: Ocore, owner: Client, server: FleetServer, environmentId: string) {
    this.#ocore = ocore;
    this.#owner = owner;
    this.#server = server;
    this.#environmentId = environmentId;
  }

  static async for(ocore: Ocore, owner: Client, server: FleetServer): Promise<Fixtures> {
    return new Fixtures(ocore, owner, server, await owner.environment());
  }

  async stop(): Promise<void> {
    for (const line of this.#lines) await line.stop();
    await this.#modelLine?.stop();
    for (const dir of this.#repositories) await rm(dir, { recursive: true, force: true });
  }

  #sql<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return this.#ocore.sql<Row>(text, values);
  }

  async #succeeded(answer: Answer): Promise<Answer> {
    const last = await this.#owner.finished(answer.text('operationId'));
    if (last.at('data.operationUpdated.status') !== 'succeeded') throw new Error(JSON.stringify(last.body));
    return answer;
  }

  async #register(): Promise<{ answer: Answer; line: Line }> {
    this.#made += 1;
    const name = `Server ${this.#made}`;
    const line = await Line.start(this.#server.sshd.port);
    this.#lines.push(line);
    const { host, user, sshd, engine } = this.#server;
    const answer = await this.#owner.post('/servers', {
      name,
      host,
      port: line.port,
      sshUser: user,
      sshPrivateKey: sshd.privateKey,
      dockerSocket: engine.socket,
    });
    return { answer, line };
  }

  /** One that was validated, of which the others are copies: another validation of the same machine would say the same. */
  #validated(): Promise<string> {
    this.#model ??= (async () => {
      const { answer, line } = await this.#register();
      await this.#succeeded(answer);
      this.#modelLine = line;
      this.#lines.splice(this.#lines.indexOf(line), 1);
      return answer.text('id');
    })();
    return this.#model;
  }

  async #place(): Promise<Place> {
    const model = await this.#validated();
    const line = await Line.start(this.#server.sshd.port);
    const number = this.#lines.push(line);
    const serverId = randomUUID();
    const credential = await this.#ocore.withSecrets((box) =>
      Promise.resolve(box.seal(this.#server.sshd.privateKey, credentialOwner(serverId))),
    );
    const own = { id: serverId, name: `Place ${serverId}`, port: line.port, credential_enc: credential };
    for (const [table, key, values] of [
      ['servers', 'id', own],
      ['project_servers', 'server_id', { server_id: serverId }],
    ] as const)
      await this.#sql(
        `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $2::jsonb)).* FROM ${table} t WHERE ${key} = $1`,
        [model, JSON.stringify(values)],
      );
    // All these servers are one machine: each is told that the ports of the others are taken.
    const [from = 0] = portRange.split('-').map(Number);
    await this.#sql(
      "INSERT INTO port_allocations (server_id, port, instance_id, purpose) SELECT $1, port, gen_random_uuid(), 'reserved' FROM generate_series($2::int, $3::int) AS port",
      [serverId, from, from + portsEach * (number - 1)],
    );
    return { serverId, line };
  }

  /** Takes everything away, without anybody's work, so that the next ones have the ports and the memory. */
  async retire(): Promise<void> {
    const { docker } = this.#server.engine;
    await inBatches(await docker.listContainers({ all: true }), async ({ Id }) => {
      await docker.getContainer(Id).remove({ force: true, v: true });
    });
    await this.#server.engine.clear();
    await this.#sql('DELETE FROM pgboss.job');
    await this.#sql(
      "UPDATE operations SET status = 'cancelled', lease_until = NULL, finished_at = now() WHERE status IN ('queued', 'running')",
    );
    for (const table of ['base_backups', 'wal_archives', 'database_replicas', 'transfers', 'port_allocations'])
      await this.#sql(`DELETE FROM ${table}`);
    await this.#sql(
      "UPDATE instances SET status = 'removed', http_port = NULL, longpolling_port = NULL WHERE status <> 'removed'",
    );
    await this.#sql("UPDATE servers SET status = 'removed' WHERE status <> 'removed' AND id IS DISTINCT FROM $1", [
      (await this.#model) ?? null,
    ]);
    for (const line of this.#lines.splice(0)) await line.stop();
  }

  /** Takes away what only kept the servers apart. */
  async freePorts(): Promise<void> {
    await this.#sql("DELETE FROM port_allocations WHERE purpose = 'reserved'");
  }

  #create(place: Place, environmentId = this.#environmentId): Promise<Answer> {
    this.#made += 1;
    return this.#owner.post('/instances', {
      name: `Instance ${this.#made}`,
      serverId: place.serverId,
      environmentId,
      adminEmail: 'admin@example.com',
    });
  }

  async #site(): Promise<Site> {
    const place = await this.#place();
    return { ...place, instanceId: (await this.#succeeded(await this.#create(place))).text('id') };
  }

  async #stopped({ instanceId }: Site): Promise<void> {
    await this.#succeeded(await this.#owner.post(`/instances/${instanceId}/stop`));
  }

  async #onInstance(
    method: string,
    path: string,
    body: unknown = {},
    before?: (site: Site) => Promise<void>,
  ): Promise<() => Promise<Begun>> {
    const site = await this.#site();
    await before?.(site);
    return async () => ({
      operationId: (await this.#owner.request(method, `/api/instances/${site.instanceId}${path}`, body)).text(
        'operationId',
      ),
      place: site,
    });
  }

  /** Writes a file into the filestore, which the stand-ins do not. */
  async #putFile({ instanceId }: Site, path: string, content: string): Promise<void> {
    const database = (await this.#owner.get(`/instances/${instanceId}`)).text('slug').replaceAll('-', '_');
    const pack = tar.pack();
    pack.entry({ name: `var/lib/odoo/filestore/${database}/${path}` }, content);
    pack.finalize();
    const container = this.#server.engine.docker.getContainer(`ocore-${instanceId}-odoo`);
    await container.putArchive(await buffer(pack), { path: '/' });
  }

  /** A completed backup of the instance. */
  async #backedUp(site: Site): Promise<string> {
    const { answer } = await this.#backup(site, await this.#destination(site));
    return (await this.#succeeded(answer)).text('id');
  }

  /** An upload that is complete. */
  async #uploaded(): Promise<Place & { transferId: string }> {
    const site = await this.#site();
    const begun = await this.#succeeded(
      await this.#owner.post(`/instances/${site.instanceId}/imports`, { sizeBytes: 100 }),
    );
    const transferId = begun.text('id');
    const sent = await fetch(`${this.#owner.url}/api/transfers/${transferId}/content`, {
      method: 'PATCH',
      headers: {
        ...this.#owner.headers(),
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      },
      body: Buffer.alloc(100, 1),
    });
    if (sent.status !== 204) throw new Error(`The upload was refused: ${sent.status} ${await sent.text()}`);
    return { ...site, transferId };
  }

  /** A directory of the server, for its backups alone. */
  async #destination({ serverId }: Site): Promise<string> {
    this.#made += 1;
    const name = `Disk ${this.#made}`;
    const dir = await mkdtemp(join(tmpdir(), 'ocore-backups-'));
    const [row] = await this.#sql<{ id: string }>(
      `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, server_id, tested_at, updated_at)
       SELECT gen_random_uuid(), org_id, $1, 'local', $2::jsonb, id, now(), now() FROM servers WHERE id = $3 RETURNING id`,
      [name, JSON.stringify({ path: dir }), serverId],
    );
    return row?.id ?? '';
  }

  async #backup(site: Site, destinationId: string): Promise<Begun & { answer: Answer }> {
    const answer = await this.#owner.post(`/environments/${this.#environmentId}/backups`, {
      instanceId: site.instanceId,
      destinationId,
    });
    return { operationId: answer.text('operationId'), place: site, answer };
  }

  async #onBackup(method: string, path: string, body: unknown = {}): Promise<() => Promise<Begun>> {
    const site = await this.#site();
    const backup = await this.#backedUp(site);
    return async () => ({
      operationId: (await this.#owner.request(method, `/api/backups/${backup}${path}`, body)).text('operationId'),
      place: site,
    });
  }

  /** The stand-ins have no files, and a mail catcher is nothing that the rows imply. */
  #copy(): Record<string, unknown> {
    this.#made += 1;
    const environmentId = this.#environmentId;
    return { environmentId, name: `Instance ${this.#made}`, includeFilestore: false, mailCatcher: false };
  }

  async #onReplica(method: string, path: string): Promise<() => Promise<Begun>> {
    const site = await this.#site();
    const replicas = `/instances/${site.instanceId}/database/replicas`;
    const made = await this.#succeeded(await this.#owner.post(replicas));
    return async () => ({
      operationId: (await this.#owner.request(method, `/api${replicas}/${made.text('id')}${path}`, {})).text(
        'operationId',
      ),
      place: site,
    });
  }

  /** Begins with a repository that the machine of the server has. */
  async #onRepository(path: string): Promise<() => Promise<Begun>> {
    this.#made += 1;
    const name = `Repository ${this.#made}`;
    const root = await mkdtemp(join(tmpdir(), 'ocore-bare-'));
    this.#repositories.push(root);
    const bare = await ServedRepository.create(root, 'erp.git');
    await bare.commit('main', { 'README.md': 'ERP' });
    const { host, user, sshd } = this.#server;
    const projectId = (await this.#owner.get(`/environments/${this.#environmentId}`)).text('projectId');
    const repository = await this.#owner.post(`/projects/${projectId}/repositories`, {
      name,
      repositoryUrl: `ssh://${user}@${host}:${sshd.port}${bare.dir}`,
    });
    await sshd.allow(repository.text('deployKey'));
    return async () => ({
      operationId: (await this.#owner.post(`/repositories/${repository.text('id')}${path}`)).text('operationId'),
      place: null,
    });
  }

  /** An instance in a project of its own, whose repository has a module that is installed. */
  async #deployable(): Promise<{ site: Site; deploy(input?: object): Promise<Answer>; push(): Promise<string> }> {
    const { bare, projectId } = await this.#connected();
    const environment = { projectId, name: 'Erp', type: 'development', branch: 'main' };
    const environmentId = (await this.#owner.post('/environments', environment)).text('id');
    const place = await this.#place();
    const instanceId = (await this.#succeeded(await this.#create(place, environmentId))).text('id');
    let version = 0;
    return {
      site: { ...place, instanceId },
      deploy: (input = {}) => this.#owner.post(`/projects/${projectId}/deploy`, { instanceId, ...input }),
      push: () => {
        version += 1;
        return bare.commit('main', {
          'acme_note/__manifest__.py': `{'name': 'Notes', 'version': '19.0.1.${version}.0', 'depends': ['base']}`,
          'acme_note/__init__.py': '',
        });
      },
    };
  }

  /** A project whose repository the machine of the server has. */
  async #connected(): Promise<{ bare: ServedRepository; projectId: string }> {
    this.#made += 1;
    const projectId = (await this.#owner.post('/projects', { name: `Code ${this.#made}` })).text('id');
    const root = await mkdtemp(join(tmpdir(), 'ocore-bare-'));
    this.#repositories.push(root);
    const bare = await ServedRepository.create(root, 'erp.git');
    const { host, user, sshd } = this.#server;
    const repository = await this.#owner.post(`/projects/${projectId}/repositories`, {
      repositoryUrl: `ssh://${user}@${host}:${sshd.port}${bare.dir}`,
    });
    await sshd.allow(repository.text('deployKey'));
    await bare.commit('main', { 'README.md': 'ERP' });
    await this.#succeeded(await this.#owner.post(`/repositories/${repository.text('id')}/validate`));
    return { bare, projectId };
  }

  #enable({ instanceId }: Site, destinationId: string): Promise<Answer> {
    return this.#owner.request('PUT', `/api/instances/${instanceId}/database/point-in-time`, { destinationId });
  }

  /** Of an instance with a base backup; what would begin by itself does not. */
  async #onArchive(
    method: string,
    path: string,
    body: () => Record<string, string> = () => ({}),
  ): Promise<() => Promise<Begun>> {
    const site = await this.#site();
    await this.#succeeded(await this.#enable(site, await this.#destination(site)));
    const ofArchive = 'FROM wal_archives WHERE instance_id = $1';
    for (;;) {
      const [made] = await this.#sql<{ id: string }>(
        `SELECT id FROM base_backups WHERE archive_id = (SELECT id ${ofArchive})`,
        [site.instanceId],
      );
      if (made) break;
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
    await this.#sql("UPDATE wal_archives SET next_at = now() + interval '1 day' WHERE instance_id = $1", [
      site.instanceId,
    ]);
    const live = `SELECT 1 FROM operations WHERE resource_id = (SELECT id ${ofArchive}) AND status IN ('queued', 'running')`;
    while ((await this.#sql(live, [site.instanceId])).length > 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    await this.#sql(
      `UPDATE base_backups SET newest_at = now(), consistent_at = now() - interval '1 hour' WHERE archive_id = (SELECT id ${ofArchive})`,
      [site.instanceId],
    );
    const sent = body();
    return async () => ({
      operationId: (
        await this.#owner.request(method, `/api/instances/${site.instanceId}/database/point-in-time${path}`, sent)
      ).text('operationId'),
      place: site,
    });
  }

  /** For each kind of operation: makes ready what it needs, and gives what begins it. */
  readonly kinds: Readonly<Record<string, { usesServer: boolean; ready(): Promise<() => Promise<Begun>> }>> = {
    'server.validate': {
      usesServer: true,
      ready: async () => async () => {
        const { answer, line } = await this.#register();
        return { operationId: answer.text('operationId'), place: { serverId: answer.text('id'), line } };
      },
    },
    'server.remove': {
      usesServer: false,
      ready: async () => {
        const place = await this.#place();
        return async () => ({
          operationId: (await this.#owner.delete(`/servers/${place.serverId}`)).text('operationId'),
          place,
        });
      },
    },
    'instance.provision': {
      usesServer: true,
      ready: async () => {
        const place = await this.#place();
        return async () => ({ operationId: (await this.#create(place)).text('operationId'), place });
      },
    },
    'instance.reprovision': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/provision', {}, (site) => this.#stopped(site)),
    },
    'instance.reset_admin_password': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/reset-admin-password'),
    },
    'instance.configure': {
      usesServer: true,
      ready: () =>
        this.#onInstance('PATCH', '', { limitMemoryHard: 700 * 1024 ** 2, limitMemorySoft: 600 * 1024 ** 2 }),
    },
    'instance.start': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/start', {}, (site) => this.#stopped(site)),
    },
    'instance.stop': { usesServer: true, ready: () => this.#onInstance('POST', '/stop') },
    'instance.restart': { usesServer: true, ready: () => this.#onInstance('POST', '/restart') },
    'instance.configure_database': {
      usesServer: true,
      ready: () =>
        this.#onInstance('PATCH', '/database/config', { parameters: [{ name: 'max_connections', value: '120' }] }),
    },
    'instance.rotate_database_password': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/database/rotate-password'),
    },
    'instance.configure_pooler': { usesServer: true, ready: () => this.#onInstance('PUT', '/database/pooler') },
    'instance.rehearse_database_upgrade': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/database/upgrade/rehearsal', { targetVersion: 20 }),
    },
    'instance.upgrade_database': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/database/upgrade', { targetVersion: 20, force: true }),
    },
    'instance.maintain_database': {
      usesServer: true,
      ready: () => this.#onInstance('POST', '/database/maintenance', { action: 'analyze' }),
    },
    'instance.delete': { usesServer: true, ready: () => this.#onInstance('DELETE', '') },
    'instance.restore': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const backup = await this.#backedUp(site);
        return async () => ({
          operationId: (await this.#owner.post(`/backups/${backup}/restore`, { safetyBackup: false })).text(
            'operationId',
          ),
          place: site,
        });
      },
    },
    'instance.restore_files': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        await this.#putFile(site, 'ab/ab12', 'known');
        const backup = await this.#backedUp(site);
        await this.#putFile(site, 'ab/ab12', 'damaged');
        return async () => ({
          operationId: (await this.#owner.post(`/backups/${backup}/restore`, { files: ['ab/ab12'] })).text(
            'operationId',
          ),
          place: site,
        });
      },
    },
    'instance.provision_from_backup': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const backup = await this.#backedUp(site);
        this.#made += 1;
        const wanted = { target: 'new', name: `Instance ${this.#made}` };
        return async () => ({
          operationId: (await this.#owner.post(`/backups/${backup}/restore`, wanted)).text('operationId'),
          place: site,
        });
      },
    },
    'transfer.export': { usesServer: true, ready: () => this.#onInstance('POST', '/exports') },
    'transfer.receive': { usesServer: true, ready: () => this.#onInstance('POST', '/imports', { sizeBytes: 100 }) },
    'transfer.remove': {
      usesServer: true,
      ready: async () => {
        const { transferId, ...place } = await this.#uploaded();
        return async () => ({
          operationId: (await this.#owner.delete(`/transfers/${transferId}`)).text('operationId'),
          place,
        });
      },
    },
    'instance.import': {
      usesServer: true,
      ready: async () => {
        const { transferId, ...place } = await this.#uploaded();
        return async () => ({
          operationId: (await this.#owner.post(`/transfers/${transferId}/import`, { safetyBackup: false })).text(
            'operationId',
          ),
          place,
        });
      },
    },
    'instance.create_replica': { usesServer: true, ready: () => this.#onInstance('POST', '/database/replicas') },
    'instance.remove_replica': { usesServer: true, ready: () => this.#onReplica('DELETE', '') },
    'instance.promote_replica': { usesServer: true, ready: () => this.#onReplica('POST', '/promote') },
    'instance.enable_archiving': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const destinationId = await this.#destination(site);
        return async () => ({
          operationId: (await this.#enable(site, destinationId)).text('operationId'),
          place: site,
        });
      },
    },
    'instance.disable_archiving': { usesServer: true, ready: () => this.#onArchive('DELETE', '') },
    'wal_archive.ship': { usesServer: true, ready: () => this.#onArchive('POST', '/archive') },
    'wal_archive.base_backup': { usesServer: true, ready: () => this.#onArchive('POST', '/base-backup') },
    'instance.restore_point': {
      usesServer: true,
      ready: () => this.#onArchive('POST', '/restore', () => ({ time: new Date(Date.now() - 1000).toISOString() })),
    },
    'backup.create': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const destinationId = await this.#destination(site);
        return () => this.#backup(site, destinationId);
      },
    },
    'backup.copy': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const backup = await this.#backedUp(site);
        const destinationId = await this.#destination(site);
        return async () => ({
          operationId: (await this.#owner.post(`/backups/${backup}/copies`, { destinationId })).text('operationId'),
          place: site,
        });
      },
    },
    'backup.verify': { usesServer: true, ready: () => this.#onBackup('POST', '/verify') },
    'backup.delete': { usesServer: true, ready: () => this.#onBackup('DELETE', '', { force: true }) },
    'instance.backup_and_delete': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const destinationId = await this.#destination(site);
        return async () => ({
          operationId: (
            await this.#owner.delete(`/instances/${site.instanceId}`, { finalBackup: true, destinationId })
          ).text('operationId'),
          place: site,
        });
      },
    },
    'instance.clone': { usesServer: true, ready: () => this.#onInstance('POST', '/clone', this.#copy()) },
    'instance.clone_over': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        this.#made += 1;
        const target = await this.#succeeded(await this.#create(site));
        const name = (await this.#owner.get(`/instances/${target.text('id')}`)).text('name');
        const over = {
          ...this.#copy(),
          environmentId: undefined,
          targetInstanceId: target.text('id'),
          confirmName: name,
        };
        return async () => ({
          operationId: (
            await this.#owner.post(`/instances/${site.instanceId}/clone`, { ...over, name: undefined })
          ).text('operationId'),
          place: site,
        });
      },
    },
    'restore_test.run': {
      usesServer: true,
      ready: async () => {
        const site = await this.#site();
        const taken = await this.#succeeded(
          await this.#owner.post(`/environments/${this.#environmentId}/backups`, {
            instanceId: site.instanceId,
            destinationId: await this.#destination(site),
            includeFilestore: false,
          }),
        );
        const wanted = { serverId: site.serverId, backupId: taken.text('id') };
        return async () => ({
          operationId: (await this.#owner.post(`/environments/${this.#environmentId}/restore-tests`, wanted)).text(
            'operationId',
          ),
          place: site,
        });
      },
    },
    'instance.deploy': {
      usesServer: true,
      ready: async () => {
        const { site, deploy, push } = await this.#deployable();
        await push();
        return async () => ({ operationId: (await deploy()).text('operationId'), place: site });
      },
    },
    'instance.plan_deployment': {
      usesServer: true,
      ready: async () => {
        const { site, deploy, push } = await this.#deployable();
        await push();
        return async () => ({ operationId: (await deploy({ dryRun: true })).text('operationId'), place: site });
      },
    },
    'instance.rollback': {
      usesServer: true,
      ready: async () => {
        const { site, deploy, push } = await this.#deployable();
        await push();
        const first = (await this.#succeeded(await deploy())).text('id');
        await push();
        await this.#succeeded(await deploy());
        const environmentId = (await this.#owner.get(`/instances/${site.instanceId}`)).text('environmentId');
        return async () => ({
          operationId: (
            await this.#owner.post(`/environments/${environmentId}/rollback`, { deploymentId: first })
          ).text('operationId'),
          place: site,
        });
      },
    },
    'repository.validate': { usesServer: false, ready: () => this.#onRepository('/validate') },
    'repository.sync': { usesServer: false, ready: () => this.#onRepository('/sync') },
    'org.delete': {
      usesServer: false,
      ready: async () => {
        this.#made += 1;
        const { org } = this.#owner.in(
          (await this.#owner.post('/user/orgs', { name: `Passing ${this.#made}` })).text('slug'),
        );
        const passing = this.#owner.in(org);
        await passing.post('/projects', { name: 'Passing' });
        return async () => ({
          operationId: (await passing.delete('/org', { confirmSlug: org, password: 'correct horse 1' })).text(
            'operationId',
          ),
          place: null,
        });
      },
    },
  };
}
