import { z } from 'zod';
import { type ContainerInfo, putFile, readFile, type RemoteHost } from '../remote/index.ts';
import type { Bounds } from './container-limits.ts';
import { confLabel, namesOf } from './names.ts';

/** Outside the data directory: it belongs to the container, and is written again with each one. */
export const databaseConfPath = '/etc/ocore-postgresql.conf';
const dataDirectory = '/var/lib/postgresql/data/pgdata';
const mib = 1024 ** 2;

/** Parameters of PostgreSQL by their names, each in the form that `SHOW` and its configuration file understand. */
export type DatabaseSettings = Readonly<Record<string, string>>;
const settingsShape = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().regex(/^-?[A-Za-z0-9._-]+$/));

export function databaseSettingsOf({ databaseSettings }: { databaseSettings: unknown }): DatabaseSettings {
  return settingsShape.parse(databaseSettings);
}

/** PostgreSQL's memory as its documentation recommends: a quarter for its own buffers, half more in the kernel's cache. */
export function usualSettings({ Memory }: Pick<Bounds, 'Memory'>): DatabaseSettings {
  const quarter = Math.floor(Memory / 4 / mib);
  return {
    shared_buffers: `${quarter}MB`,
    effective_cache_size: `${3 * quarter}MB`,
    shared_preload_libraries: 'pg_stat_statements',
    // Statements such as ALTER ROLE are kept with their values, passwords among them.
    'pg_stat_statements.track_utility': 'off',
  };
}

/**
 * The configuration file that PostgreSQL is started with: what initdb made, and after it what oCore sets. It is the only
 * place of these settings: on the command line they could not change without another container.
 */
export function databaseConf(bounds: Pick<Bounds, 'Memory'>, settings: DatabaseSettings): string {
  const lines = Object.entries({ ...usualSettings(bounds), ...settingsShape.parse(settings) });
  return [
    '# Written by oCore, which writes it again: change the settings there.',
    `include_if_exists '${dataDirectory}/postgresql.conf'`,
    ...lines.map(([name, value]) => `${name} = '${value}'`),
    '',
  ].join('\n');
}

/** Whether a container reads that file: those that are older do not. */
export const readsConf = ({ Config }: ContainerInfo): boolean => Config?.Labels[confLabel] !== undefined;

/** Whether the container has this very file. */
export async function hasConf(host: RemoteHost, instanceId: string, content: string): Promise<boolean> {
  return (await readFile(host.docker, namesOf(instanceId).database, databaseConfPath)) === content;
}

/** Puts the file into the container, which may run: PostgreSQL reads it when it is told to, and when it starts. */
export async function writeConf(host: RemoteHost, instanceId: string, content: string): Promise<void> {
  const file = { path: databaseConfPath, content, mode: 0o644, uid: 0, gid: 0 };
  await putFile(host.docker, namesOf(instanceId).database, file);
}
