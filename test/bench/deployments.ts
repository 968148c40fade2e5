import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { noteModule } from '../deployments/addon.ts';
import { Erp } from '../deployments/erp.ts';
import { startFleet } from '../fleet/fleet.ts';
import { Ocore } from '../kit/ocore.ts';
import { Times } from './times.ts';

const run = promisify(execFile);
const rounds = 3;

/** The commands of somebody who deploys by hand as safely: the new version is tried before the old one is stopped. */
class HandDeployer {
  readonly #erp: Erp;
  readonly #dir: string;
  #number = 0;

  constructor(erp: Erp, dir: string) {
    this.#erp = erp;
    this.#dir = dir;
  }

  async #docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('docker', ['-H', `unix://${this.#erp.server.engine.socket}`, ...args]);
    return stdout.trim();
  }

  async #healthy(port: string): Promise<void> {
    for (const path of ['/web/health', '/web/login'])
      for (;;) {
        const status = await fetch(`http://127.0.0.1:${port}${path}`).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 200) break;
        await sleep(100);
      }
  }

  /** A container of Odoo with these addons and the configuration of the one that serves. */
  async #start(name: string, volume: string, publish: string, conf: string): Promise<void> {
    const { instance } = this.#erp;
    const filestore = await this.#docker('volume', 'ls', '-q', '-f', `name=ocore-${instance}-filestore`);
    await this.#docker(
      ...['create', '--name', name, '--network', `ocore-${instance}`, '-p', publish],
      ...['-v', `${filestore}:/var/lib/odoo`, '-v', `${volume}:/mnt/ocore-addons:ro`],
      ...['odoo:19.0', 'odoo', '-c', '/etc/odoo/odoo.conf'],
    );
    await this.#docker('cp', conf, `${name}:/etc/odoo/odoo.conf`);
    await this.#docker('start', name);
  }

  async deploy(): Promise<void> {
    const { clone, instance } = this.#erp;
    this.#number += 1;
    const checkout = join(this.#dir, `checkout-${this.#number}`);
    const conf = join(this.#dir, 'odoo.conf');
    const volume = `by-hand-${this.#number}`;
    const serving = `ocore-${instance}-odoo`;
    await run('git', ['clone', '-q', '--depth=1', clone.url, checkout], {
      env: { ...process.env, GIT_SSH_COMMAND: clone.ssh },
    });
    await this.#docker('volume', 'create', volume);
    await this.#docker('create', '--name', 'by-hand-copy', '-v', `${volume}:/mnt/ocore-addons`, 'odoo:19.0');
    await this.#docker('cp', `${checkout}/addons`, 'by-hand-copy:/mnt/ocore-addons/1');
    await this.#docker('rm', '-v', 'by-hand-copy');
    await this.#docker('cp', `${serving}:/etc/odoo/odoo.conf`, conf);
    await this.#start('by-hand-trial', volume, '127.0.0.1:39999:8069', conf);
    await this.#healthy('39999');
    await this.#docker('rm', '-f', '-v', 'by-hand-trial');
    const port = new URL(this.#erp.url).port;
    await this.#docker('stop', '-t', '30', serving);
    await this.#docker('rename', serving, 'by-hand-before');
    await this.#start(serving, volume, `${port}:8069`, conf);
    await this.#healthy(port);
    await this.#docker('rm', '-v', 'by-hand-before');
  }
}

/** A deployment that changes code alone, from its request to its end, against the same git, docker and odoo commands by hand. */
export async function deployments(say: (line: string) => void): Promise<void> {
  const fleet = await startFleet({ servers: 1 });
  const ocore = await Ocore.start({});
  const dir = await mkdtemp(join(tmpdir(), 'ocore-by-hand-'));
  let erp: Erp | undefined;
  try {
    const [server] = fleet.servers;
    if (!server) throw new Error('The fleet has no server');
    erp = await Erp.start(await ocore.owner(), server);
    let version = 0;
    const { repository } = erp;
    const push = (): Promise<string> => {
      version += 1;
      return repository.commit('main', noteModule({ says: `version ${version}` }));
    };
    await push();
    await erp.validate();
    await erp.provision();
    await erp.deploy({ install: ['ocore_note'] });
    const hand = new HandDeployer(erp, dir);
    const times = new Times(1.2);
    for (let round = 0; round <= rounds; round += 1) {
      await push();
      let ended: Awaited<ReturnType<Erp['deploy']>> | undefined;
      await times.take(
        round,
        () => hand.deploy(),
        async () => {
          await push();
          ended = await erp?.deploy();
        },
      );
      if (ended?.status !== 'succeeded' || ended.plan?.database !== false) throw new Error(JSON.stringify(ended));
      if (round === rounds) say(`Odoo did not serve for ${((ended.downtimeMs ?? 0) / 1000).toFixed(1)} s of the last`);
    }
    times.say(say, 'code alone, a real Odoo 19');
  } finally {
    await erp?.stop();
    await ocore.stop();
    await fleet.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
