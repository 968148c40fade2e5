import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { holds } from '../access/access.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, found, notFound } from '../errors.ts';
import { databaseName, instanceResource, namesOf, scramVerifier } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { ask, count, type Reached, reach, Refused, run } from './ask.ts';
import { readers, readersRole } from './readers.ts';

const most = 50;

const userName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{1,39}$/,
    'must be 2 to 40 lower-case letters, digits and underscores, beginning with a letter',
  )
  .refine((name) => !/^(pg_|ocore|odoo$|postgres$)/.test(name), 'is a name that PostgreSQL, Odoo or oCore has itself');
export const createDatabaseUserInput = z.object({
  name: userName,
  connectionLimit: z.int().min(1).max(20).nullish(),
  statementTimeoutSeconds: z.int().min(1).max(3600).nullish(),
});

const shape = z.array(
  z.object({
    name: z.string(),
    connectionLimit: z.int(),
    statementTimeoutSeconds: count.nullable(),
    connections: count,
  }),
);
type Listed = z.infer<typeof shape>[number];

export interface DatabaseUser extends Listed {
  instanceId: string;
  database: string;
  /** How a program on another machine comes to the server, which publishes no port. */
  tunnelCommand: string;
  /** Only where it was just made. */
  password?: string;
}

const listed = (condition: string): string => `
  SELECT coalesce(json_agg(x ORDER BY name), '[]') FROM (
    SELECT r.rolname AS name, r.rolconnlimit AS "connectionLimit",
      (SELECT round(substring(one FROM '=([0-9]+)')::numeric / 1000) FROM unnest(r.rolconfig) one WHERE one LIKE 'statement_timeout=%') AS "statementTimeoutSeconds",
      (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid) AS connections
    FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid AND g.rolname = '${readers}'
    WHERE r.rolcanlogin AND ${condition}) x;`;

/** The way through the server's own SSH: the address of the container is asked for there, as it changes with its starts. */
async function tunnelOf(scope: OrgScope, { instance }: Reached): Promise<string> {
  const row = await scope.db.server.findFirst({
    where: { id: instance.serverId, orgId: scope.orgId },
    select: { host: true, port: true, sshUser: true },
  });
  const { host, port, sshUser } = found(row, 'server', instance.serverId);
  const target = holds(scope.access, 'view:servers') ? `-p ${port} ${sshUser}@${host}` : 'USER@SERVER';
  const { database } = namesOf(instance.id);
  return `ssh -N -L 127.0.0.1:5432:"$(ssh ${target} docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' ${database})":5432 ${target}`;
}

async function viewOf(scope: OrgScope, reached: Reached): Promise<Omit<DatabaseUser, keyof Listed>> {
  const { instance } = reached;
  return {
    instanceId: instance.id,
    database: databaseName(instance.slug),
    tunnelCommand: await tunnelOf(scope, reached),
  };
}

export async function databaseUsers(app: App, scope: OrgScope, id: string): Promise<DatabaseUser[]> {
  const reached = await reach(app, scope, id);
  const view = await viewOf(scope, reached);
  return (await ask(reached, listed('true'), shape)).map((user) => ({ ...user, ...view }));
}

/** Whoever reads the whole database reads what is secret in it. */
async function reachContent(app: App, scope: OrgScope, id: string): Promise<Reached> {
  const reached = await reach(app, scope, id);
  requireIn(scope, 'view:secrets', reached.instance.projectId);
  return reached;
}

const made = (name: string, verifier: string, connections: number, seconds: number): string => `
DO $$ BEGIN
  IF current_setting('server_version_num')::int < 140000 THEN RAISE EXCEPTION 'Read-only users need PostgreSQL 14' USING ERRCODE = '0A000'; END IF;
  IF (SELECT count(*) FROM pg_auth_members WHERE roleid = (SELECT oid FROM pg_roles WHERE rolname = '${readers}')) >= ${most} THEN
    RAISE EXCEPTION 'An instance has at most ${most} read-only users' USING ERRCODE = '54000'; END IF;
  ${readersRole}
  CREATE ROLE "${name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT ${connections} PASSWORD '${verifier}' IN ROLE ${readers};
  ALTER ROLE "${name}" SET default_transaction_read_only = on;
  ALTER ROLE "${name}" SET statement_timeout = ${seconds * 1000};
  ALTER ROLE "${name}" SET idle_in_transaction_session_timeout = 60000;
  ALTER ROLE "${name}" SET temp_file_limit = '1GB';
END $$;`;

/** Makes a role that can read everything in the instance's database. Its password is in the answer, and nowhere else. */
export async function createDatabaseUser(app: App, scope: OrgScope, id: string, given: unknown): Promise<DatabaseUser> {
  const { name, connectionLimit, statementTimeoutSeconds } = parse(createDatabaseUserInput, given);
  const reached = await reachContent(app, scope, id);
  const { instance } = reached;
  const limits = { connections: connectionLimit ?? 5, seconds: statementTimeoutSeconds ?? 60 };
  const password = randomBytes(24).toString('base64url');
  try {
    await run(reached, made(name, await scramVerifier(password), limits.connections, limits.seconds), { writes: true });
  } catch (error) {
    if (error instanceof Refused && error.state === '42710')
      throw new AppError('conflict', `There is a role ${name} already`, { field: 'name', constraint: 'unique' });
    throw error;
  }
  // After it: until this is recorded, nobody has the password.
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'database.user_created',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { name, connectionLimit: limits.connections, statementTimeoutSeconds: limits.seconds },
    }),
  );
  return {
    name,
    connectionLimit: limits.connections,
    statementTimeoutSeconds: limits.seconds,
    connections: 0,
    password,
    ...(await viewOf(scope, reached)),
  };
}

/** Deletes a read-only user and ends its connections. */
export async function deleteDatabaseUser(app: App, scope: OrgScope, id: string, name: string) {
  const reached = await reach(app, scope, id);
  const { instance } = reached;
  const known = userName.safeParse(name).success ? await ask(reached, listed(`r.rolname = '${name}'`), shape) : [];
  if (known.length === 0) throw notFound('database user', name);
  await run(
    reached,
    `ALTER ROLE "${name}" NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${name}'; DROP ROLE "${name}";`,
    { writes: true },
  );
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'database.user_deleted',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { name },
    }),
  );
  return { name };
}
