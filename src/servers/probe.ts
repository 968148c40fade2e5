import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { StepError } from '../operations/kind.ts';
import { type RemoteHost, toRemoteError, unless } from '../remote/index.ts';

const label = 'sh.ocore.probe';
const base = 0x400000n;
const headBytes = 120;
const mib = 1024 ** 2;

/** `exit(0)` in the language of a processor, with its number in the ELF format. */
const programs = {
  x86_64: { machine: 62, code: [0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05] },
  aarch64: { machine: 183, code: [0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4] },
} as const;

/** The smallest program that Linux runs: one header, one segment, nothing but its own end. */
function program(architecture: string): Buffer {
  const { machine, code } = programs[architecture === 'x86_64' ? 'x86_64' : 'aarch64'];
  const head = Buffer.alloc(headBytes);
  const size = BigInt(headBytes + code.length);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(base + BigInt(headBytes), 24);
  head.writeBigUInt64LE(64n, 32);
  for (const [value, at] of [
    [64, 52],
    [56, 54],
    [1, 56],
    // The segment: loaded, readable and executable.
    [1, 64],
    [5, 68],
  ] as const)
    head.writeUInt16LE(value, at);
  for (const at of [80, 88]) head.writeBigUInt64LE(base, at);
  for (const at of [96, 104]) head.writeBigUInt64LE(size, at);
  head.writeBigUInt64LE(0x10000n, 112);
  return Buffer.concat([head, Buffer.from(code)]);
}

async function image(architecture: string): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: 'ok', mode: 0o755 }, program(architecture));
  pack.finalize();
  return buffer(pack);
}

/** Takes away what a probe left that was cut short. */
export async function removeProbe(host: RemoteHost, serverId: string): Promise<void> {
  for (const { Id } of await host.docker.listContainers([`${label}=${serverId}`]))
    await unless(404, host.docker.removeContainer(Id));
  await unless(404, host.docker.removeImage(`ocore-probe:${serverId}`));
}

/** Starts a container with the kind of limits that instances have, from an image that is nothing but a program of 130 bytes. */
export async function probeContainer(host: RemoteHost, server: { id: string; architecture: string }): Promise<void> {
  await removeProbe(host, server.id);
  try {
    await host.docker.importImage({ name: 'ocore-probe', tag: server.id }, await image(server.architecture));
    const { Id } = await host.docker.createContainer(`ocore-probe-${server.id}`, {
      Image: `ocore-probe:${server.id}`,
      Cmd: ['/ok'],
      Labels: { [label]: server.id },
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 64 * mib,
        MemorySwap: 64 * mib,
        CpuPeriod: 100_000,
        CpuQuota: 50_000,
        PidsLimit: 64,
      },
    });
    await host.docker.startContainer(Id);
    const code = await host.docker.waitContainer(Id);
    if (code !== 0) throw unsuitable(`its program ended with exit code ${code}`);
  } catch (error) {
    const remote = toRemoteError(error);
    throw !(error instanceof StepError) && remote.code === 'docker_error' && !remote.retryable
      ? unsuitable(remote.message)
      : error;
  } finally {
    await removeProbe(host, server.id).catch(() => {});
  }
}

function unsuitable(reason: string): StepError {
  return new StepError(
    'server_unsuitable',
    `Docker does not run a container on this server: ${reason}`,
    'Run `docker run --rm hello-world` on the server and read the log of the engine (journalctl -u docker).',
  );
}
