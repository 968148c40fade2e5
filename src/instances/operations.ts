import { z } from 'zod';
import { defineOperation } from '../jobs/kind.ts';

const nothing = z.object({});

const statuses = z.enum(['provisioning', 'running', 'stopped', 'restarting', 'failed', 'removing', 'removed']);
/** The instance's status before it was asked to change: it comes back when that is cancelled before it began. */
const resting = z.object({ from: statuses.optional() });
export type Resting = z.infer<typeof resting>;

export function restingOf({ from }: Resting): 'running' | 'stopped' | 'failed' {
  return from === 'running' || from === 'stopped' ? from : 'failed';
}

export const provisionInstance = defineOperation({
  kind: 'instance.provision',
  resourceType: 'instance',
  input: nothing,
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

export const startInstance = defineOperation({
  kind: 'instance.start', resourceType: 'instance', input: resting,
  steps: [{ name: 'start', title: 'Start the containers' }, { name: 'health', title: 'Wait until Odoo is healthy' }],
});

export const stopInstance = defineOperation({
  kind: 'instance.stop', resourceType: 'instance', input: resting,
  steps: [{ name: 'stop', title: 'Stop the containers' }],
});

export const restartInstance = defineOperation({
  kind: 'instance.restart', resourceType: 'instance', input: resting,
  steps: [{ name: 'restart', title: 'Restart Odoo' }, { name: 'health', title: 'Wait until Odoo is healthy' }],
});

export const deleteInstance = defineOperation({
  kind: 'instance.delete', resourceType: 'instance', input: resting,
  steps: [{ name: 'containers', title: 'Remove the containers' }, { name: 'data', title: 'Remove the volumes and the network' }],
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
});
export type Settings = z.infer<typeof settingsShape>;

export const configureInstance = defineOperation({
  kind: 'instance.configure', resourceType: 'instance', input: z.object({ settings: settingsShape }),
  steps: [{ name: 'replace', title: 'Re-create the Odoo container with the new configuration' }, { name: 'health', title: 'Wait until Odoo is healthy' }, { name: 'finish', title: 'Remove the old container' }],
});
