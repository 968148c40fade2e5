import type { Permission } from '../access/permissions.ts';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';
import { inputShape } from './context.ts';

/** What is deployed runs: it can read whatever its instance can. */
const forCode = (): readonly Permission[] => ['manage:instance_code'];
const common = { resource: instanceResource, permission: 'manage:deployments', alsoNeeds: forCode } as const;
const fetching = { name: 'fetch', title: 'Fetch the commits' } as const;
const detecting = { name: 'detect', title: 'Find the addons and what changes' } as const;
const finishing = [
  { name: 'switch', title: 'Switch to the new version' },
  { name: 'health', title: 'Wait until Odoo is healthy' },
  { name: 'finish', title: 'Remove what is no longer needed' },
] as const;

/** Odoo goes on until the step `update`, and with code alone until `switch`. */
export const deployInstanceKind = defineKind({
  kind: 'instance.deploy',
  ...common,
  entering: 'running',
  retry: { refused: 'Deploy again instead' },
  input: inputShape,
  steps: [
    fetching,
    detecting,
    { name: 'build', title: 'Build an image, if the repositories ask for packages' },
    { name: 'transfer', title: 'Bring the addons to the server' },
    { name: 'snapshot', title: 'Take a snapshot' },
    { name: 'trial', title: 'Try the new version beside the old one' },
    { name: 'update', title: 'Update the modules in a copy of the data' },
    ...finishing,
  ],
});

/** Finds out what a deployment would do. */
export const planDeploymentKind = defineKind({
  kind: 'instance.plan_deployment',
  ...common,
  entering: 'running',
  retry: { refused: 'Ask again instead' },
  onlyLooks: true,
  input: inputShape,
  steps: [fetching, detecting],
});

export const rollbackInstanceKind = defineKind({
  kind: 'instance.rollback',
  ...common,
  entering: 'running',
  retry: { refused: 'Roll back again instead' },
  input: inputShape,
  steps: [
    { name: 'prepare', title: 'Bring the earlier code to the server' },
    { name: 'safety', title: 'Take a safety snapshot' },
    { name: 'load', title: 'Load the snapshot beside the data that serves' },
    ...finishing,
  ],
});
