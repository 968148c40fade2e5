import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../backups/stage.ts';

const image = 'restic/restic:0.19.1';
const scratch = 'by-hand';
const password = 'by-hand';

/** What an administrator does with pg_dump, restic and pg_restore, on the same engine. */
export class ByHand {
  readonly #stage: Stage;
  readonly #files: string;
  readonly #address: string;

  private constructor(stage: Stage, files: string, address: string) {
    this.#stage = stage;
    this.#files = files;
    this.#address = address;
  }

  static async of(stage: Stage): Promise<ByHand> {
    await stage.query(`CREATE ROLE hand LOGIN SUPERUSER PASSWORD '${password}'`);
    const { Volumes } = await stage.server.engine.docker.listVolumes({
      filters: { label: [`sh.ocore.instance=${stage.instanceId}`, 'sh.ocore.part=filestore'] },
    });
    const { instanceId, owner } = stage;
    const port = String((await owner.get(`/instances/${instanceId}`)).at('httpPort'));
    return new ByHand(stage, Volumes?.[0]?.Name ?? '', `http://127.0.0.1:${port}/web/login`);
  }

  /** pg_dump, restic and its check of the same database and filestore. */
  async backUp(dir: string): Promise<void> {
    const { database } = this.#stage;
    const mounts = ['-v', `${scratch}:/snapshot/database:ro`, '-v', `${this.#files}:/snapshot/odoo:ro`];
    await this.#stage.docker('volume', 'create', scratch);
    await this.#postgres('pg_dump', '-d', database, '-Fd', '-Z0', '-j2', '-f', '/dump/dump');
    await this.#restic(dir, mounts, 'init', '-q');
    await this.#restic(dir, mounts, 'backup', '-q', '/snapshot/database', `/snapshot/odoo/filestore/${database}`);
    await this.#restic(dir, mounts, 'check', '-q', '--read-data');
    await this.#stage.docker('volume', 'rm', scratch);
  }

  /** Beside what serves, which is exchanged for it with Odoo stopped, and removed when Odoo answers. */
  async restore(dir: string): Promise<void> {
    const stage = this.#stage;
    const { database } = stage;
    const mounts = ['-v', `${scratch}:/dump`, '-v', `${this.#files}:/odoo`];
    await stage.docker('volume', 'create', scratch);
    await this.#restic(dir, mounts, 'restore', '-q', 'latest:/snapshot/database', '--target', '/dump');
    await this.#sql(`CREATE DATABASE hand_new OWNER odoo TEMPLATE template0`);
    await this.#postgres('pg_restore', '-d', 'hand_new', '-j2', '--exit-on-error', '--role=odoo', '/dump/dump');
    const files = `/odoo/filestore/${database}`;
    const from = `latest:/snapshot/odoo/filestore/${database}`;
    await this.#restic(dir, mounts, 'restore', '-q', from, '--target', '/odoo/filestore/hand_new');
    await stage.docker('stop', '-t', '30', stage.container('odoo'));
    await this.#sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
      `ALTER DATABASE ${database} RENAME TO hand_old`,
      `ALTER DATABASE hand_new RENAME TO ${database}`,
    );
    await this.#shell(`mv ${files} /odoo/filestore/hand_old && mv /odoo/filestore/hand_new ${files}`);
    await stage.docker('start', stage.container('odoo'));
    await this.#answers();
    await this.#sql('DROP DATABASE hand_old');
    await this.#shell('rm -rf /odoo/filestore/hand_old');
    await stage.docker('volume', 'rm', scratch);
  }

  async #answers(): Promise<void> {
    while (!(await fetch(this.#address).catch(() => undefined))?.ok) await sleep(100);
  }

  async #sql(...statements: string[]): Promise<void> {
    const each = statements.flatMap((statement) => ['-c', statement]);
    await this.#stage.inside('db', 'psql', '-X', '-q', '-U', 'postgres', '-d', 'postgres', ...each);
  }

  async #shell(script: string): Promise<void> {
    await this.#run(['-v', `${this.#files}:/odoo`, '--user', '0', '--entrypoint', 'sh'], 'postgres:17', '-ec', script);
  }

  async #postgres(program: string, ...args: string[]): Promise<void> {
    const { instanceId } = this.#stage;
    const options = ['--network', `ocore-${instanceId}`, '-e', `PGPASSWORD=${password}`, '-v', `${scratch}:/dump`];
    await this.#run(options, 'postgres:17', program, '-h', this.#stage.container('db'), '-U', 'hand', ...args);
  }

  async #restic(dir: string, mounts: readonly string[], ...args: string[]): Promise<void> {
    const variables = ['-e', `RESTIC_PASSWORD=${password}`, '-e', 'RESTIC_REPOSITORY=/repository'];
    await this.#run([...variables, '-v', `${dir}:/repository`, ...mounts], image, ...args);
  }

  async #run(options: readonly string[], ...command: string[]): Promise<void> {
    await this.#stage.docker('run', '--rm', ...options, ...command);
  }
}
