import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { containerLogs, RemoteError, type RemoteHost } from '../remote/index.ts';
import { findContainer, startContainer } from './containers.ts';
import { serverWasInterrupted } from './interrupted.ts';
import { namesOf } from './names.ts';

async function lastLines(host: RemoteHost, name: string): Promise<string> {
  const lines: string[] = [];
  for await (const { line } of containerLogs(host.docker, name, { follow: false, tail: 5 })) lines.push(line);
  return lines.join('\n');
}

interface Probe {
  port: number;
  path: string;
}

/** What the first of them that does not respond with 200 does instead; undefined where all of them do. */
async function firstWrong(
  host: RemoteHost,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { port, path } of probes) {
    const answer = await host.httpGet({ port, path, timeoutMs: 60_000, signal }).catch((error: unknown) => {
      if (
        error instanceof RemoteError &&
        (error.code === 'ssh_forwarding_refused' ||
          (['ssh_connection_lost', 'remote_cancelled'].includes(error.code) && (host.closed || signal.aborted)))
      )
        throw error;
      return undefined;
    });
    if (answer?.status !== 200)
      return `port ${port}: ${path} ${answer ? `responded with ${answer.status}` : 'did not respond'}`;
  }
  return undefined;
}

/**
 * Waits for `/web/health` (the HTTP worker lives), `/web/login` (the database's registry loads) and, where WebSockets have
 * a port of their own, the process there. A container that ended, or stays silent, is a failure with its own last lines.
 */
export async function waitForOdoo(
  host: RemoteHost,
  { id, httpPort, longpollingPort }: Pick<Instance, 'id' | 'httpPort' | 'longpollingPort'>,
  signal: AbortSignal,
  timeoutMs = 300_000,
  {
    container = namesOf(id).odoo,
    /** How long it may respond with errors only, in ms: code that cannot be loaded does not get better. */
    failingMs = timeoutMs,
  }: { container?: string; failingMs?: number } = {},
): Promise<string> {
  const probes: readonly Probe[] = [
    { port: httpPort ?? 0, path: '/web/health' },
    { port: httpPort ?? 0, path: '/web/login' },
    ...(longpollingPort === null ? [] : [{ port: longpollingPort, path: '/web/health' }]),
  ];
  const started = Date.now();
  let wrong: string | undefined = 'no answer';
  /** How often it was started again after the engine went down under it. */
  let again = 0;
  let failingSince: number | undefined;
  while (Date.now() - started < timeoutMs && Date.now() - (failingSince ?? Date.now()) < failingMs) {
    wrong = await firstWrong(host, probes, signal);
    failingSince = wrong?.includes('responded with 5') ? (failingSince ?? Date.now()) : undefined;
    if (wrong === undefined) return `Healthy after ${((Date.now() - started) / 1000).toFixed(1)} s`;
    const info = await findContainer(host, container);
    if (!info)
      throw new StepError(
        'container_missing',
        'The Odoo container no longer exists',
        'It was removed on the server; provision or configure the instance again.',
      );
    if (serverWasInterrupted(info) && again < 3) {
      again += 1;
      await startContainer(host, info.Id);
    } else if (!info.State.Running || info.RestartCount > 2)
      throw new StepError(
        'odoo_not_healthy',
        `Odoo exited with code ${info.State.ExitCode}. Its last log lines:\n${await lastLines(host, container)}`,
        'The full log of the instance has more details.',
      );
    await sleep(100, undefined, { signal });
  }
  throw new StepError(
    'odoo_not_healthy',
    `Odoo was not healthy within ${Math.ceil((Date.now() - started) / 1000)} s: ${wrong}. Its last log lines:\n${await lastLines(host, container)}`,
    'The full log of the instance has more details.',
  );
}
