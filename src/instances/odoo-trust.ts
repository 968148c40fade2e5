import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { Prisma } from '../database/database.ts';
import type { StepContext } from '../operations/kind.ts';
import { type ContainerInfo, putFile, type RemoteHost } from '../remote/index.ts';
import { addonsPathOf, confPath } from './addons-path.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { databaseRole, namesOf } from './names.ts';
import { tellPooler } from './pooler.ts';
import { scramVerifier } from './scram.ts';
import { openSecrets } from './sealed.ts';
import { sql } from './sql.ts';

const shape = z.object({ container: z.string(), startedAt: z.string() });
export type Trusted = z.infer<typeof shape>;

/** One start of one container. */
export const trustedOf = ({ Id, State }: ContainerInfo): Trusted => ({ container: Id, startedAt: State.StartedAt });

/** Whether it is still the very process that is let in without a password. */
export function isTrusted({ databaseTrust }: Pick<Instance, 'databaseTrust'>, container: ContainerInfo): boolean {
  const trusted = shape.safeParse(databaseTrust).data;
  const now = trustedOf(container);
  return trusted?.container === now.container && trusted.startedAt === now.startedAt;
}

/** The address of a container in its instance's own network. */
export const addressOf = ({ NetworkSettings }: ContainerInfo, instanceId: string): string | undefined =>
  NetworkSettings?.Networks[namesOf(instanceId).network]?.IPAddress;

/** The addresses that are let in without a password: of Odoo, and of PgBouncer while it does not know the new one. */
export interface TrustedAddresses {
  odoo: string;
  pooler?: string;
}

/**
 * Lets Odoo's role in from these addresses without a password, or, with null, from none. Odoo keeps the password that it
 * was started with: PostgreSQL, which knows one password of a role, would refuse its new connections from a rotation to its
 * next start. The file is replaced as a whole: a server that is killed meanwhile starts with one or the other.
 */
export async function trustOdoo(
  app: Pick<App, 'secrets'>,
  { host, instance }: { host: RemoteHost; instance: Instance },
  trusted: TrustedAddresses | null,
  signal: AbortSignal,
): Promise<void> {
  const lines = Object.values(trusted ?? {}).map(
    (address) =>
      `SELECT 0 AS part, 0::bigint AS n, 'host all ${databaseRole} ${address}/32 trust # ocore' AS line UNION ALL`,
  );
  await sql(
    host,
    instance,
    'postgres',
    `COPY (SELECT nullif(line, '') FROM (${lines.join(' ')}
      SELECT 1 AS part, n, line FROM regexp_split_to_table(rtrim(pg_read_file(current_setting('hba_file')), E'\\n'), E'\\n') WITH ORDINALITY AS t (line, n) WHERE line !~ '# ocore$') lines
      ORDER BY part, n) TO PROGRAM 'cat >"$PGDATA/pg_hba.conf.ocore" && mv "$PGDATA/pg_hba.conf.ocore" "$PGDATA/pg_hba.conf"' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02');
    SELECT pg_reload_conf();`,
    signal,
  );
  await tellPooler(app, { host, instance }, { trusted: trusted?.odoo ?? null }, signal);
}

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect' | 'signal' | 'write'>;

/** Gives Odoo's role the password that the row has, and writes it into the configuration of Odoo's container, if it has one. */
export async function setOdooPassword(context: Context, site: Site, container: string | undefined): Promise<void> {
  const { instance, host } = site;
  const { odooPassword } = await openSecrets(context.app.secrets, instance);
  const verifier = await scramVerifier(odooPassword);
  await sql(host, instance, 'postgres', `ALTER ROLE ${databaseRole} PASSWORD '${verifier}';`, context.signal);
  await tellPooler(context.app, site, { password: true }, context.signal);
  if (container === undefined) return;
  const { conf } = await servingContainer(context, site, settingsOf(instance), null);
  const content = conf(await addonsPathOf(host, instance, container));
  await putFile(host.docker, container, { path: confPath, content, mode: 0o644, uid: 0, gid: 0 });
}

/** Before Odoo starts again: with the password that it is to have, and nobody is let in without one any more. */
export async function endTrust(context: Context, site: Site, container?: string): Promise<void> {
  const { instance } = site;
  if (instance.databaseTrust === null) return;
  await setOdooPassword(context, site, container);
  await trustOdoo(context.app, site, null, context.signal);
  const data = { databaseTrust: Prisma.DbNull };
  await context.write((tx) => tx.instance.update({ where: { id: instance.id }, data }));
}
