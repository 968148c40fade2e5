import { databaseName, ensureDatabaseRuns, type Site, sql } from '../instances/index.ts';
import type { Context } from './context.ts';

/** A module as the database of the instance knows it. */
export interface Known {
  name: string;
  installed: boolean;
  version: string | null;
}

/** Every module that Odoo has seen, installed or not. */
export async function knownModules({ signal }: Pick<Context, 'signal'>, { host, instance }: Site): Promise<Known[]> {
  await ensureDatabaseRuns(host, instance, signal);
  const answer = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT name || '|' || CASE WHEN state IN ('installed', 'to upgrade') THEN 'installed' ELSE '' END || '|' || coalesce(latest_version, '') FROM ir_module_module ORDER BY name;`,
    signal,
  );
  return answer.split('\n').flatMap((line) => {
    const [name = '', state, version] = line.split('|');
    return name === '' ? [] : [{ name, installed: state === 'installed', version: version || null }];
  });
}
