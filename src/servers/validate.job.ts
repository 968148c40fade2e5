import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { negotiated, RemoteError } from '../remote/index.ts';
import { factsScript, factsShape, readFrom } from './facts.ts';
import { validateServerKind } from './kinds.ts';
import { lastKnownStatus } from './last-known.ts';
import { attemptHost, targetOf } from './target.ts';
import { serverResource } from './resource.ts';

const gib = 1024 ** 3;
const minimum = { ramKb: 900 * 1024, diskAvailableKb: 3 * 1024 * 1024 };
const architectures = ['x86_64', 'aarch64', 'arm64'];

/** The address of the connection at which everything was found to be right. */
const validatedAt = (state: Readonly<Record<string, unknown>>) => ({
  validatedAddress: z.string().parse(state['address']),
});

export const validateServerJob = implementOperation({
  kind: validateServerKind,
  steps: {
    connect: async ({ app, operation, connect, saveState, write }) => {
      const server = await app.db.prisma.server.findFirstOrThrow({
        where: { id: operation.resourceId, orgId: operation.orgId },
      });
      app.remote.drop(server.id);
      try {
        const host = await connect(await targetOf(app, server, { firstContact: true }), 'look');
        await saveState({ address: host.address });
        const fingerprint = host.hostKeyFingerprint;
        if (fingerprint !== server.hostKeyFingerprint) {
          // First contact: from now on only this key is accepted.
          await write((tx) =>
            tx.server.update({
              where: { id: server.id },
              data: { hostKeyFingerprint: fingerprint, presentedFingerprint: null },
            }),
          );
        }
        return fingerprint ? `Connected; the host key is ${fingerprint}` : 'This machine';
      } catch (error) {
        if (error instanceof RemoteError && error.fingerprint) {
          const presented = error.fingerprint;
          await write((tx) =>
            tx.server.update({ where: { id: server.id }, data: { presentedFingerprint: presented } }),
          );
        }
        throw error;
      }
    },
    system: async (context) => {
      const { operation, signal, write } = context;
      const host = await attemptHost(context, operation.resourceId, 'look');
      const facts = await readFrom(host, factsScript, factsShape, { signal });
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
            cpuCores: facts.cpu_cores,
            ramTotalBytes: BigInt(facts.ram_kb) * 1024n,
            diskTotalBytes: BigInt(facts.disk_kb) * 1024n,
            diskAvailableBytes: BigInt(facts.disk_available_kb) * 1024n,
          },
        }),
      );
      return `${facts.os_name} ${facts.os_version}, ${facts.kernel}, ${facts.architecture}`;
    },
    resources: async (context) => {
      const { operation, signal } = context;
      const host = await attemptHost(context, operation.resourceId, 'look');
      const facts = await readFrom(host, factsScript, factsShape, { signal });
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
    },
    privileges: async (context) => {
      const { operation, signal, log } = context;
      const host = await attemptHost(context, operation.resourceId, 'look');
      const facts = await readFrom(host, factsScript, factsShape, { signal });
      if (facts.sudo !== 'no') return facts.sudo === 'root' ? 'The SSH user is root' : 'sudo works without a password';
      // Enough where the user may use Docker directly; the next step finds out.
      log('warning', 'The SSH user has no sudo without a password');
      return 'No sudo without a password; direct access to Docker is needed';
    },
    docker: async (context) => {
      const { operation, signal, write } = context;
      const host = await attemptHost(context, operation.resourceId, 'look');
      const version = await host.docker.version({ signal });
      if (!negotiated(version.ApiVersion))
        throw new StepError(
          'docker_too_old',
          `Docker ${version.Version} is too old; 20.10 or newer is needed`,
          'Upgrade Docker on the server.',
        );
      await write((tx) =>
        tx.server.update({ where: { id: operation.resourceId }, data: { dockerVersion: version.Version } }),
      );
      return `Docker ${version.Version}, API ${version.ApiVersion}`;
    },
  },
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    const server = await tx.server.update({
      where: { id: operation.resourceId },
      data:
        outcome === 'succeeded'
          ? { status: 'active', statusMessage: null, missedChecks: 0, lastSeenAt: new Date(), ...validatedAt(state) }
          : {
              status: operation.attempt === 0 ? await lastKnownStatus(tx, operation.resourceId) : 'unreachable',
              statusMessage: [error?.message, error?.hint].filter(Boolean).join('. '),
            },
    });
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'server.active' : 'server.unreachable',
      resource: serverResource,
      resourceId: server.id,
      resourceName: server.name,
      after: { status: server.status, reason: error?.code ?? null },
    });
  },
});
