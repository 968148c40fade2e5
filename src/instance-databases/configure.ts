import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type FieldError, found, invalidState, validationError } from '../errors.ts';
import {
  type DatabaseSettings,
  databaseSettingsOf,
  getInstance,
  instanceResource,
  poolerOf,
  usualSettings,
} from '../instances/index.ts';
import { parse } from '../parse.ts';
import { configureDatabaseKind } from './kinds.ts';
import { machineOf } from './machine.ts';
import { memoryErrors } from './memory.ts';
import { valueIn } from './parameter.ts';
import { parameterOf, parameters } from './parameters.ts';
import { connectionsFor } from './pooler-size.ts';
import { presetFor, presetNames, storages } from './presets.ts';

export const databaseParameterInput = z.object({
  name: z.string().min(1).max(63),
  value: z.string().max(64).nullish(),
});
export const configureDatabaseInput = z.object({
  parameters: z.array(databaseParameterInput).max(64).nullish(),
  preset: z.enum(presetNames).nullish(),
  storage: z.enum(storages).nullish(),
});
type Change = z.output<typeof databaseParameterInput>;

/** The known settings with the changes; null takes one back to its default. */
function changed(known: DatabaseSettings, changes: readonly Change[]): DatabaseSettings {
  const errors: FieldError[] = [];
  const settings = new Map(Object.entries(known));
  for (const [index, { name, value }] of changes.entries()) {
    const one = parameterOf(name);
    const field = `parameters.${index}`;
    if (!one)
      errors.push({
        field: `${field}.name`,
        constraint: 'one_of',
        message: `${field}.name: ${name} is not a parameter that can be configured; the configuration lists those that can`,
      });
    else if (value === null || value === undefined) settings.delete(name);
    else {
      const read = valueIn(one, value);
      if ('value' in read) settings.set(name, read.value);
      else
        errors.push({
          field: `${field}.value`,
          constraint: read.constraint,
          message: `${field}.value: ${name} ${read.message}`,
        });
    }
  }
  if (errors.length > 0) throw validationError(errors);
  return Object.fromEntries(settings);
}

const differing = (one: DatabaseSettings, other: DatabaseSettings): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name]);

/** PgBouncer fills its pools, and whoever comes then finds no connection left. */
function poolErrors(instance: Instance, settings: DatabaseSettings): FieldError[] {
  const pooler = poolerOf(instance);
  const least = pooler === null ? 0 : connectionsFor(pooler);
  if (settings['max_connections'] === undefined || Number(settings['max_connections']) >= least) return [];
  return [
    {
      field: 'max_connections',
      constraint: 'min',
      message: `max_connections must be at least ${least} for the pools of PgBouncer; make them smaller first`,
    },
  ];
}

async function wanted(scope: OrgScope, instance: Instance, given: unknown): Promise<DatabaseSettings> {
  const input = parse(configureDatabaseInput, given);
  const machine = await machineOf(scope, instance);
  const known = databaseSettingsOf(instance);
  const preset = input.preset ? presetFor(input.preset, { ...machine, storage: input.storage ?? 'ssd' }) : {};
  const settings = changed({ ...known, ...preset }, input.parameters ?? []);
  const errors = memoryErrors({ ...usualSettings({ Memory: machine.memoryBytes }), ...settings }, machine.memoryBytes);
  errors.push(...poolErrors(instance, settings));
  if (errors.length > 0) throw validationError(errors);
  if (differing(known, settings).length === 0)
    throw validationError([
      {
        field: 'parameters',
        constraint: 'required',
        message: 'The change must name a parameter or a preset that changes something',
      },
    ]);
  return settings;
}

const idle = ['failed', 'stopped'] as const;

/**
 * Changes PostgreSQL's parameters: of a running instance by an operation that comes back to the old ones if PostgreSQL or
 * Odoo is not healthy with the new ones; of one that does not run, for its next start.
 */
export async function configureDatabase(app: App, scope: OrgScope, id: string, given: unknown) {
  const before = await getInstance(scope, id);
  const settings = await wanted(scope, before, given);
  const names = differing(databaseSettingsOf(before), settings);
  const fact = {
    resource: instanceResource,
    resourceId: id,
    resourceName: before.name,
    projectId: before.projectId,
  } as const;
  const states = { before: { parameters: databaseSettingsOf(before) }, after: { parameters: settings } };
  if ((before.status === 'failed' || before.status === 'stopped') && before.provisionedAt !== null)
    return mutate(app, scope, async ({ tx, record }) => {
      const where = { id, orgId: scope.orgId, status: { in: [...idle] }, updatedAt: before.updatedAt };
      const kept = await tx.instance.updateMany({ where, data: { databaseSettings: settings, settingsPending: true } });
      if (kept.count === 0) throw invalidState('instance', before.status, idle);
      await record({ action: 'database.configuration_saved', ...fact, ...states });
      const instance = await tx.instance.findUnique({ where: { id } });
      const message = 'Saved; PostgreSQL uses it from the next start of the instance';
      return { instance: found(instance, 'instance', id), operation: null, message };
    });
  const restart = names.some((name) => parameters.find((one) => one.name === name)?.needsRestart);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(configureDatabaseKind, {
      resourceId: id,
      serverId: before.serverId,
      projectId: before.projectId,
      input: { settings, restart },
    });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const now = await tx.instance.updateMany({ where, data: { status: 'restarting' } });
    if (now.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({ action: 'database.configure_requested', ...fact, ...states });
    const instance = await tx.instance.findUnique({ where: { id } });
    const message = restart
      ? 'PostgreSQL and Odoo restart with the new configuration'
      : 'PostgreSQL reads the new configuration while it runs';
    return { instance: found(instance, 'instance', id), operation, message };
  });
}
