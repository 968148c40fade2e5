import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError, invalidState } from '../errors.ts';
import { databaseName, getInstance, namesOf } from '../instances/index.ts';
import { execInContainer, inOneLine, type RemoteHost } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';

/** A running instance's database server, and the way to it. */
export interface Reached {
  instance: Instance;
  host: RemoteHost;
}

/** In these its PostgreSQL may run; in the others an operation works on it, or there is none. */
const reachable = ['running', 'failed'] as const;

export function requireReachable(instance: Instance): void {
  if (instance.status !== 'running' && instance.status !== 'failed')
    throw invalidState('instance', instance.status, reachable);
}

/** The database server of an instance that the caller's permission reaches. */
export async function reach(app: App, scope: OrgScope, id: string): Promise<Reached> {
  const instance = await getInstance(scope, id);
  requireReachable(instance);
  return { instance, host: await connectServer(app, scope.orgId, instance.serverId) };
}

/** What PostgreSQL refused, in its own words. */
export class Refused extends AppError {
  /** The SQLSTATE, if it said one. */
  readonly state: string | undefined;

  constructor(state: string | undefined, message: string) {
    super('unprocessable', message, { reason: 'database_error', ...(state ? { sqlstate: state } : {}) });
    this.state = state;
  }
}

export function refusalIn(stderr: string): Refused {
  const said = /(?:ERROR|FATAL): {2}(?:([0-9A-Z]{5}): )?(.*)/.exec(stderr);
  return new Refused(
    said?.[1],
    `PostgreSQL refused: ${inOneLine(said?.[2] ?? stderr).slice(0, 500) || 'no reason given'}`,
  );
}

interface Asked {
  /** The database of the server: the instance's own, unless it is told. */
  database?: string;
  /** For statements that change something. */
  writes?: true;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Runs statements as the superuser, over the socket of the container. Gives what they print. */
export async function run({ instance, host }: Reached, statements: string, asked: Asked = {}): Promise<string> {
  const { database = databaseName(instance.slug), writes, timeoutMs = 15_000, signal } = asked;
  const options = [`statement_timeout=${timeoutMs}`, 'lock_timeout=5000', 'application_name=ocore'];
  const result = await execInContainer(
    host.docker,
    namesOf(instance.id).database,
    [
      'psql',
      '-X',
      '-q',
      '-t',
      '-A',
      '-v',
      'ON_ERROR_STOP=1',
      '-v',
      'VERBOSITY=verbose',
      '-U',
      'postgres',
      '-d',
      database,
    ],
    {
      input: statements,
      user: 'postgres',
      env: [
        `PGOPTIONS=${[...options, ...(writes ? [] : ['default_transaction_read_only=on'])].map((one) => `-c ${one}`).join(' ')}`,
      ],
      timeoutMs: timeoutMs + 5000,
      maxOutputBytes: 4 * 1024 * 1024,
      ...(signal ? { signal } : {}),
    },
  );
  if (result.code !== 0) throw refusalIn(result.stderr);
  return result.stdout.trim();
}

/** What one statement answers as JSON. The server is not trusted: whatever has another shape is an error that says so. */
export async function ask<T>(reached: Reached, statement: string, shape: z.ZodType<T>, asked: Asked = {}): Promise<T> {
  const said = await run(reached, statement, asked);
  const parsed = z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'no JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape)
    .safeParse(said);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'unprocessable',
    'PostgreSQL’s answer is not what it answers: its container may have another program',
    {
      reason: 'database_error',
    },
  );
}

export const instant = z.string().transform((text) => new Date(text));
export const count = z.number().nonnegative();
