import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { found } from '../errors.ts';
import type { App } from '../app.ts';
import { endSessions, RemoteError, type RemoteGuard, type RemoteHost, type RemoteTarget } from '../remote/index.ts';
import { type Claim, FencedError } from './claim.ts';

/** How long requests may take that an engine had read before their connection was ended. */
const readRequestsMs = 1000;

/** Without a server: of an older version, whose attempts had one server each. */
const sessionsShape = z.array(
  z.object({ pid: z.number(), startTicks: z.string(), bootId: z.string(), serverId: z.string().optional() }),
);
type Sessions = z.infer<typeof sessionsShape>;

const isOf =
  (serverId: string) =>
  (session: Sessions[number]): boolean =>
    session.serverId === undefined || session.serverId === serverId;

/**
 * An attempt's own way to its servers: one connection to each. Its sessions stand in the operation's row before the first change, so that the next
 * attempt can end them: what an earlier worker still has to say there is not heard any more.
 */
export class AttemptConnection {
  readonly #app: App;
  readonly #claim: Claim;
  readonly #guard: RemoteGuard;
  readonly #hosts = new Map<string, Promise<RemoteHost>>();

  constructor(app: App, claim: Claim, signal: AbortSignal, lost: () => void) {
    this.#app = app;
    this.#claim = claim;
    this.#guard = {
      signal,
      check: ({ name }) => {
        if (signal.aborted) throw new RemoteError('remote_cancelled', 'The work was cancelled');
        if (!claim.holds) {
          lost();
          throw new FencedError();
        }
        claim.logger.debug({ call: name }, 'A call to the server');
      },
    };
  }

  /** The connection, made anew when it broke. */
  async to(target: RemoteTarget, purpose: 'change' | 'look'): Promise<RemoteHost> {
    const known = await this.#hosts.get(target.serverId)?.catch(() => undefined);
    if (known && !known.closed) return known;
    const host = this.#open(target, purpose);
    this.#hosts.set(target.serverId, host);
    return host;
  }

  async close(): Promise<void> {
    for (const host of this.#hosts.values()) (await host.catch(() => undefined))?.close();
  }

  async #open(target: RemoteTarget, purpose: 'change' | 'look'): Promise<RemoteHost> {
    this.#guard.check({ name: 'connect', changes: false, deadlineMs: 0 });
    const host = await this.#app.remote.open(target, this.#guard);
    try {
      const earlier = await this.#claim.write(async (tx) => {
        const row = await tx.operation.findUnique({ where: { id: this.#claim.id }, select: { sessions: true } });
        const known = sessionsShape.parse(found(row, 'operation', this.#claim.id).sessions);
        await tx.operation.update({
          where: { id: this.#claim.id },
          data: { sessions: [...known, ...ownSession(host, target.serverId)] },
        });
        return known.filter(isOf(target.serverId));
      });
      if (purpose === 'change' && (earlier.length > 0 || this.#claim.attempt > 1))
        await this.#silence(host, target.serverId, earlier);
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }

  /** Ends what earlier attempts have there, and waits until the engine has done what it had read from them. */
  async #silence(host: RemoteHost, serverId: string, earlier: Sessions): Promise<void> {
    await endSessions(host, earlier);
    // An engine that does not run does nothing for anybody; one that stands still has requests waiting.
    await host.docker.ping().catch((error: unknown) => {
      if (!(error instanceof RemoteError) || !['docker_unavailable', 'docker_permission'].includes(error.code))
        throw error;
    });
    await sleep(readRequestsMs, undefined, { signal: this.#guard.signal });
    await this.#claim.write(async (tx) => {
      const row = await tx.operation.findUnique({ where: { id: this.#claim.id }, select: { sessions: true } });
      const others = sessionsShape.parse(found(row, 'operation', this.#claim.id).sessions);
      const kept = others.filter((session) => !isOf(serverId)(session));
      const sessions = [...kept, ...ownSession(host, serverId)];
      return tx.operation.update({ where: { id: this.#claim.id }, data: { sessions } });
    });
  }
}

const ownSession = (host: RemoteHost, serverId: string): Sessions =>
  host.session ? [{ ...host.session, serverId }] : [];
