import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../kit/free-port.ts';

const run = promisify(execFile);

const clusterId = '8f9f3c52-6d0f-4a53-9a70-0c0a1f6f5d11';

/** One copy of each object, in memory; changes of the cluster's map are made at once and not once a second. */
const settings = (dir: string, port: number): string => `[global]
fsid = ${clusterId}
mon_host = [v2:127.0.0.1:${port}]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
keyring = ${dir}/keyring
run_dir = ${dir}
log_file = ${dir}/$name.log
mon_cluster_log_file = /dev/null
mon_data = ${dir}/mon
mon_allow_pool_size_one = true
paxos_propose_interval = 0.05
osd_data = ${dir}/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
rgw_data = ${dir}/rgw
rgw_rados_pool_pg_num_min = 1
rgw_thread_pool_size = 64
`;

/** Ceph on one machine, below a directory of its own: a monitor and one place for objects, which a gateway is started on. */
/** Gives the root directory of Ceph, made where it is not there. */
export async function installCeph(): Promise<string> {
  const { stdout } = await run('bash', [join(import.meta.dirname, 'install.sh')], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim().split('\n').at(-1) ?? '';
}

export class Cluster {
  readonly #root: string;
  readonly #data: string;
  readonly #processes: ChildProcess[] = [];

  private constructor(root: string, data: string) {
    this.#root = root;
    this.#data = data;
  }

  static async start(): Promise<Cluster> {
    const root = await installCeph();
    await mkdir(join(root, 'data'), { recursive: true });
    const cluster = new Cluster(root, await mkdtemp(join(root, 'data', 'store-')));
    try {
      await cluster.#make(await freePort());
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #make(port: number): Promise<void> {
    const dir = this.#inside;
    const keyring = `${dir}/keyring`;
    for (const name of ['mon', 'osd', 'rgw']) await mkdir(join(this.#data, name));
    await writeFile(join(this.#data, 'ceph.conf'), settings(dir, port));
    await writeFile(join(this.#data, 'keyring'), '');
    for (const [name, mon] of [
      ['mon.', 'allow *'],
      ['client.admin', 'allow *'],
      ['osd.0', 'allow profile osd'],
    ] as const)
      await this.tool(
        'ceph-authtool',
        keyring,
        '--gen-key',
        '-n',
        name,
        '--cap',
        'mon',
        mon,
        '--cap',
        'osd',
        'allow *',
      );
    const address = `[v2:127.0.0.1:${port}]`;
    await this.tool('monmaptool', '--create', '--fsid', clusterId, '--addv', 'a', address, `${dir}/monmap`);
    await this.tool('ceph-mon', '-i', 'a', '--mkfs', '--monmap', `${dir}/monmap`, '--keyring', keyring);
    this.spawn('ceph-mon', '-i', 'a');
    const uuid = crypto.randomUUID();
    await this.tool('ceph', 'osd', 'new', uuid);
    await this.tool('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', uuid);
    this.spawn('ceph-osd', '-i', '0');
  }

  /** Runs a program of Ceph to its end, and returns what it printed. */
  async tool(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('chroot', [this.#root, program, '-c', `${this.#inside}/ceph.conf`, ...args], {
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  /** Starts a service of Ceph; it ends with this process, whatever ends that. */
  spawn(program: string, ...args: string[]): ChildProcess {
    const command = ['chroot', this.#root, program, '-c', `${this.#inside}/ceph.conf`, '-f', ...args];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { stdio: 'ignore' });
    this.#processes.push(child);
    return child;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map(end));
    await rm(this.#data, { recursive: true, force: true });
  }

  /** The directory as programs within the root see it. */
  get #inside(): string {
    return this.#data.slice(this.#root.length);
  }
}

/** Ends a process at once. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
