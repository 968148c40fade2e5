import { z } from 'zod';
import { instanceResource } from '../instances/index.ts';
import { defineKind } from '../operations/definition.ts';

const common = { resource: instanceResource, permission: 'manage:databases' } as const;
const target = { targetVersion: z.int(), image: z.string(), fromImage: z.string() };

/** The instance goes on meanwhile. */
export const rehearseUpgradeKind = defineKind({
  kind: 'instance.rehearse_database_upgrade',
  ...common,
  entering: 'running',
  retry: { refused: 'Rehearse the upgrade again instead' },
  input: z.object(target),
  steps: [
    { name: 'prepare', title: 'Get the image, and check the space on the disk' },
    { name: 'dump', title: 'Dump the database while it serves' },
    { name: 'load', title: 'Load the dump into the new PostgreSQL' },
    { name: 'check', title: 'Compare the rows and analyse the tables' },
    { name: 'odoo', title: 'Start Odoo over the copy, without network' },
    { name: 'remove', title: 'Remove all that was made' },
  ],
});

export const upgradeDatabaseKind = defineKind({
  kind: 'instance.upgrade_database',
  ...common,
  entering: 'restarting',
  retry: { refused: 'Start the upgrade again instead' },
  input: z.object(target),
  steps: [
    { name: 'prepare', title: 'Get the image, and check the space on the disk' },
    { name: 'safety', title: 'Take a safety backup' },
    { name: 'stop', title: 'Start the new PostgreSQL beside the old one, and stop Odoo' },
    { name: 'dump', title: 'Dump the database' },
    { name: 'load', title: 'Load the dump into the new PostgreSQL' },
    { name: 'check', title: 'Compare the rows and analyse the tables' },
    { name: 'switch', title: 'Put the new PostgreSQL in the place of the old one, and start Odoo' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove the old PostgreSQL and its data' },
  ],
});
