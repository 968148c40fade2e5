import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildScript } from '../../src/cli/replacement-images/list.ts';
import { Engine } from './engine.ts';
import { Sshd } from './sshd.ts';
import { firstSshPort, fleetDir } from './slot.ts';
import { loadStandIns } from './stand-ins.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

export interface FleetServer {
  name: string;
  host: string;
  user: string;
  sshd: Sshd;
  engine: Engine;
}

export interface Fleet {
  servers: FleetServer[];
  stop(): Promise<void>;
}

export async function installPackages(): Promise<void> {
  await run('bash', [join(here, 'install.sh')]);
}

/** Installs what is missing and gives the directory with the images, building them when it is not there. */
export async function prepareFleet(): Promise<string> {
  await installPackages();
  const { stdout } = await run('bash', [buildScript], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** Several servers on one machine: a real sshd each, and a real Docker engine each. */
export async function startFleet(options: { servers: number; dir?: string }): Promise<Fleet> {
  const images = await prepareFleet();
  const dir = options.dir ?? fleetDir;
  const servers: FleetServer[] = [];
  for (let index = 0; index < options.servers; index += 1) {
    const engine = new Engine(join(dir, `engine-${index}`), index);
    const sshd = new Sshd(join(dir, `sshd-${index}`), firstSshPort + index);
    await engine.start();
    await engine.clear();
    await loadStandIns(engine.socket, images);
    await sshd.prepare();
    await sshd.start();
    servers.push({ name: `server-${index + 1}`, host: '127.0.0.1', user: 'root', sshd, engine });
  }
  return {
    servers,
    stop: async () => {
      for (const { engine, sshd } of servers) {
        await sshd.stop();
        await engine.clear();
        await engine.stop();
      }
    },
  };
}
