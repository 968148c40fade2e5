import { found } from '../errors.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { sudoProblem } from '../remote/index.ts';
import { diskOf, factsScript, factsShape, readFrom } from './facts.ts';
import { attemptHost } from './target.ts';

const gib = 1024 ** 3;
const minimum = { ramKb: 900 * 1024, diskAvailableKb: 3 * 1024 * 1024 };
const architectures = ['x86_64', 'aarch64', 'arm64'];

/** Whether it is a Linux that containers are made for. */
export async function checkSystem(context: StepContext<unknown>): Promise<string> {
  const { operation, signal, write } = context;
  const host = await attemptHost(context, operation.resourceId, 'look');
  const facts = await readFrom(host, factsScript, factsShape, { ...diskOf({ dockerRootDir: null }), signal });
  if (!facts.kernel.startsWith('Linux'))
    throw new StepError(
      'server_unsuitable',
      `The server runs ${facts.kernel}, not Linux`,
      'Use a server with Linux, for example Debian 12 or Ubuntu 24.04.',
    );
  if (!architectures.includes(facts.architecture))
    throw new StepError(
      'server_unsuitable',
      `The architecture ${facts.architecture} is not supported`,
      `Use one of ${architectures.join(', ')}.`,
    );
  await write((tx) =>
    tx.server.update({
      where: { id: operation.resourceId },
      data: {
        osName: facts.os_name,
        osVersion: facts.os_version,
        kernel: facts.kernel,
        architecture: facts.architecture,
      },
    }),
  );
  return `${facts.os_name} ${facts.os_version}, ${facts.kernel}, ${facts.architecture}`;
}

/** Whether the SSH user is root, or becomes root. */
export async function checkPrivileges(context: StepContext<unknown>): Promise<string> {
  const { operation, signal, log } = context;
  const host = await attemptHost(context, operation.resourceId, 'look');
  const facts = await readFrom(host, factsScript, factsShape, { ...diskOf({ dockerRootDir: null }), signal });
  if (facts.sudo !== 'no') return facts.sudo === 'root' ? 'The SSH user is root' : 'sudo works without a password';
  // Enough where the user may use Docker directly; the next step finds out.
  const reason = sudoProblem(facts.sudo_says ?? '');
  log('warning', `The SSH user has no sudo without a password: ${reason}`);
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}; direct access to Docker is needed`;
}

/** Whether memory and the disk of the engine suffice. */
export async function checkResources(context: StepContext<unknown>): Promise<string> {
  const { app, operation, signal, write } = context;
  const host = await attemptHost(context, operation.resourceId, 'look');
  const row = await app.db.prisma.server.findUnique({ where: { id: operation.resourceId } });
  const server = found(row, 'server', operation.resourceId);
  const facts = await readFrom(host, factsScript, factsShape, { ...diskOf(server), signal });
  await write((tx) =>
    tx.server.update({
      where: { id: operation.resourceId },
      data: {
        cpuCores: facts.cpu_cores,
        ramTotalBytes: BigInt(facts.ram_kb) * 1024n,
        diskTotalBytes: BigInt(facts.disk_kb) * 1024n,
        diskAvailableBytes: BigInt(facts.disk_available_kb) * 1024n,
      },
    }),
  );
  const say = (kb: number): string => `${((kb * 1024) / gib).toFixed(1)} GiB`;
  if (facts.ram_kb < minimum.ramKb)
    throw new StepError(
      'server_unsuitable',
      `The server has ${say(facts.ram_kb)} of memory; at least ${say(minimum.ramKb)} is needed`,
      'Use a larger server.',
    );
  if (facts.disk_available_kb < minimum.diskAvailableKb)
    throw new StepError(
      'disk_full',
      `Only ${say(facts.disk_available_kb)} of disk is free; at least ${say(minimum.diskAvailableKb)} is needed`,
      'Free some space or enlarge the disk, then validate again.',
    );
  return `${facts.cpu_cores} CPU cores, ${say(facts.ram_kb)} of memory, ${say(facts.disk_available_kb)} of disk free`;
}
