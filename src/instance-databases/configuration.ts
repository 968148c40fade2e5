import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { databaseSettingsOf, getInstance, usualSettings } from '../instances/index.ts';
import { connectServer } from '../servers/index.ts';
import { ask } from './ask.ts';
import { machineOf } from './machine.ts';
import type { Parameter } from './parameter.ts';
import { parameters } from './parameters.ts';
import { presetsFor, type Storage } from './presets.ts';

const live = z.record(z.string(), z.object({ value: z.string(), usual: z.string().nullable(), waits: z.boolean() }));

/** What the server runs with now, as SHOW writes it. */
async function liveValues(app: App, instance: Instance): Promise<z.infer<typeof live>> {
  if (instance.status !== 'running') return {};
  const names = parameters.map(({ name }) => `'${name}'`).join(', ');
  return ask(
    { instance, host: await connectServer(app, instance.orgId, instance.serverId) },
    `SELECT coalesce(json_object_agg(name, json_build_object('value', current_setting(name), 'usual', boot_val, 'waits', pending_restart)), '{}') FROM pg_settings WHERE name IN (${names});`,
    live,
  );
}

export interface DatabaseParameter extends Parameter {
  /** What was chosen; null: nothing, so that it has the default. */
  configured: string | null;
  /** What it has where nothing is chosen. */
  usual: string | null;
  current: string | null;
  pending: boolean;
}

/** Every parameter that can be chosen, with what it is and what the server runs with. */
export async function databaseConfiguration(app: App, scope: OrgScope, id: string) {
  const instance = await getInstance(scope, id);
  const machine = await machineOf(scope, instance);
  const chosen = databaseSettingsOf(instance);
  const ours = usualSettings({ Memory: machine.memoryBytes });
  const values = await liveValues(app, instance);
  return {
    instanceId: instance.id,
    memoryBytes: machine.memoryBytes,
    cpuCores: machine.cores,
    pending: instance.settingsPending || Object.values(values).some(({ waits }) => waits),
    parameters: parameters.map(
      (one): DatabaseParameter => ({
        ...one,
        configured: chosen[one.name] ?? null,
        usual: ours[one.name] ?? values[one.name]?.usual ?? null,
        current: values[one.name]?.value ?? null,
        pending: values[one.name]?.waits === true || (instance.settingsPending && chosen[one.name] !== undefined),
      }),
    ),
  };
}
export type DatabaseConfiguration = Awaited<ReturnType<typeof databaseConfiguration>>;

/** Settings that suit the container by kind of use, to be sent as a change of the configuration. */
export async function databasePresets(scope: OrgScope, id: string, storage: Storage) {
  return presetsFor({ ...(await machineOf(scope, await getInstance(scope, id))), storage });
}
