import { z } from 'zod';
import type { Permission } from '../access/permissions.ts';
import { defineKind } from '../operations/definition.ts';
import { instanceResource } from './resource.ts';

/** Whether the caller chose an image or set environment variables; whoever retries it needs the same permission. */
const ownCode = z.boolean().optional();
/** Whether images are pulled although the server has them. */
const pullImage = z.boolean().optional();
const codeShape = z.object({ ownCode });
/** Operations that are older than the permission do not say what they bring. */
const forCode = (input: unknown): readonly Permission[] =>
  codeShape.parse(input).ownCode === false ? [] : ['manage:instance_code'];
const common = { resource: instanceResource, permission: 'manage:instances', retry: 'allowed' } as const;

const statuses = z.enum([
  'provisioning',
  'running',
  'stopping',
  'stopped',
  'restarting',
  'failed',
  'removing',
  'removed',
]);
/** The instance's status before it was asked to change, and its reason: they come back when that ends before it began. */
const before = { from: statuses.optional(), reason: z.string().nullable().optional() };
/** `force`: a deletion that does not contact a server that is unreachable. */
export const resting = z.object({ ...before, force: z.boolean().optional() });
export type Resting = z.infer<typeof resting>;

type Before = Pick<Resting, 'from' | 'reason'>;

/** How the row is when its operation ends before any worker began it. */
export function restingOf({ from, reason }: Before): {
  status: 'running' | 'stopped' | 'failed';
  statusMessage: string | null;
} {
  return { status: from === 'running' || from === 'stopped' ? from : 'failed', statusMessage: reason ?? null };
}

export const provisionInstanceKind = defineKind({
  kind: 'instance.provision',
  ...common,
  entering: 'provisioning',
  alsoNeeds: forCode,
  input: z.object({ ...before, ownCode, pullImage }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and allocate a port' },
    { name: 'pull_images', title: 'Get the PostgreSQL and Odoo images' },
    { name: 'network', title: 'Create the network' },
    { name: 'database', title: 'Start PostgreSQL and create the role and database' },
    { name: 'initialise', title: 'Initialise the Odoo database' },
    { name: 'start', title: 'Start Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
  ],
});

/** Of an instance that was provisioned once: everything is made again around its database and its filestore. */
export const reprovisionInstanceKind = defineKind({
  kind: 'instance.reprovision',
  ...common,
  entering: 'provisioning',
  alsoNeeds: forCode,
  input: z.object({ ...before, ownCode, pullImage }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and find the data' },
    { name: 'pull_images', title: 'Get the PostgreSQL and Odoo images' },
    { name: 'containers', title: 'Remove the old containers' },
    { name: 'database', title: 'Start PostgreSQL with the existing data' },
    { name: 'start', title: 'Start Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
  ],
});

export const startInstanceKind = defineKind({
  kind: 'instance.start',
  ...common,
  entering: 'restarting',
  input: resting,
  steps: [
    { name: 'start', title: 'Start the containers' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
  ],
});

export const stopInstanceKind = defineKind({
  kind: 'instance.stop',
  ...common,
  entering: 'stopping',
  input: resting,
  steps: [{ name: 'stop', title: 'Stop the containers' }],
});

export const restartInstanceKind = defineKind({
  kind: 'instance.restart',
  ...common,
  entering: 'restarting',
  input: resting,
  steps: [
    { name: 'restart', title: 'Restart Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
  ],
});

export const deleteInstanceKind = defineKind({
  kind: 'instance.delete',
  ...common,
  entering: 'removing',
  input: resting,
  steps: [
    { name: 'containers', title: 'Remove the containers' },
    { name: 'data', title: 'Remove the volumes and the network' },
  ],
});

export const resetAdminPasswordKind = defineKind({
  kind: 'instance.reset_admin_password',
  ...common,
  retry: { refused: 'Reset the password again instead' },
  entering: 'running',
  input: z.object({}),
  steps: [{ name: 'reset', title: 'Set a new password in Odoo' }],
});

/** What `configure` may change. Values of environment variables are sealed before they come here. */
export const settingsShape = z.object({
  workers: z.number().nullable(),
  limitMemorySoft: z.number(),
  limitMemoryHard: z.number(),
  limitTimeCpu: z.number(),
  limitTimeReal: z.number(),
  maxCronThreads: z.number(),
  logLevel: z.string(),
  envVars: z.record(z.string(), z.string()),
  // Operations that are older than these limits have none of them.
  cpuLimit: z.number().nullable().default(null),
  memoryLimit: z.number().nullable().default(null),
  processLimit: z.number().nullable().default(null),
  databaseCpuLimit: z.number().nullable().default(null),
  databaseMemoryLimit: z.number().nullable().default(null),
  databaseProcessLimit: z.number().nullable().default(null),
});
export type Settings = z.infer<typeof settingsShape>;

export const configureInstanceKind = defineKind({
  kind: 'instance.configure',
  ...common,
  entering: 'restarting',
  alsoNeeds: forCode,
  input: z.object({ settings: settingsShape, ownCode, pullImage }),
  steps: [
    { name: 'pull_image', title: 'Get the Odoo image' },
    { name: 'replace', title: 'Re-create the Odoo container with the new configuration' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove the old container' },
  ],
});
