import { z } from 'zod';
import type { Permission } from '../access/permissions.ts';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';
import { copyShape } from './fields.ts';

const before = {
  from: z
    .enum(['running', 'stopped', 'failed', 'provisioning', 'restarting', 'stopping', 'removing', 'removed'])
    .optional(),
  reason: z.string().nullable().optional(),
};
const codeShape = z.object({ ownCode: z.boolean().optional() });
/** A copy has all data of its original. */
const forCopy = (input: unknown): readonly Permission[] => [
  'manage:backups',
  ...(codeShape.parse(input).ownCode === false ? [] : (['manage:instance_code'] as const)),
];

const copying = [
  { name: 'snapshot', title: 'Take a snapshot of the original' },
  { name: 'restore', title: 'Load the snapshot beside the database that serves' },
  { name: 'neutralise', title: 'Neutralise the copy and check that it is neutral' },
  { name: 'anonymise', title: 'Replace personal data' },
  { name: 'mail', title: 'Attach the mail catcher' },
  { name: 'switch', title: 'Put the copy in its place' },
] as const;

export const cloneInstanceKind = defineKind({
  kind: 'instance.clone',
  resource: instanceResource,
  permission: 'manage:instances',
  retry: 'allowed',
  entering: 'provisioning',
  alsoNeeds: forCopy,
  input: copyShape.extend({ ...before, ownCode: z.boolean().optional(), pullImage: z.boolean().optional() }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and allocate a port' },
    { name: 'pull_images', title: 'Get the PostgreSQL and Odoo images' },
    { name: 'network', title: 'Create the network' },
    { name: 'database', title: 'Start PostgreSQL and create the role and database' },
    ...copying,
    { name: 'start', title: 'Start Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove what is no longer needed' },
  ],
});

export const cloneOverInstanceKind = defineKind({
  kind: 'instance.clone_over',
  resource: instanceResource,
  permission: 'manage:instances',
  retry: 'allowed',
  entering: 'restarting',
  alsoNeeds: (input) => [...forCopy(input), 'manage:databases'],
  input: copyShape.extend({ ...before, ownCode: z.boolean().optional() }),
  steps: [
    { name: 'prepare', title: 'Connect to the server and start PostgreSQL' },
    ...copying,
    { name: 'start', title: 'Start Odoo and wait until it is healthy' },
    { name: 'finish', title: 'Remove the data that served before' },
  ],
});
