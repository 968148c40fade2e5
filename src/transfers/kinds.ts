import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { instanceResource } from '../instances/index.ts';
import { transferResource } from './resource.ts';

const onTransfer = { resource: transferResource, permission: 'manage:databases' } as const;
const refused = (instead: string) => ({ refused: instead });

export const exportKind = defineKind({
  kind: 'transfer.export',
  ...onTransfer,
  retry: refused('Export the instance again instead'),
  entering: 'preparing',
  input: z.object({}),
  steps: [
    { name: 'prepare', title: 'Make room for the file on the server' },
    { name: 'write', title: 'Write the database and the filestore into the file' },
  ],
});

export const receiveKind = defineKind({
  kind: 'transfer.receive',
  ...onTransfer,
  retry: refused('Begin another import instead'),
  entering: 'preparing',
  input: z.object({}),
  steps: [{ name: 'prepare', title: 'Make room for the upload on the server' }],
});

export const removeTransferKind = defineKind({
  kind: 'transfer.remove',
  ...onTransfer,
  retry: 'allowed',
  entering: 'removing',
  input: z.object({}),
  steps: [{ name: 'remove', title: 'Remove the file from the server' }],
});

/** The instance's status before, and its reason. */
const before = {
  from: z.enum(['running', 'stopped', 'failed']).optional(),
  reason: z.string().nullable().optional(),
};

export const importKind = defineKind({
  kind: 'instance.import',
  resource: instanceResource,
  permission: 'manage:databases',
  retry: 'allowed',
  entering: 'restarting',
  input: z.object({ ...before, transferId: z.string(), safetyBackup: z.boolean() }),
  steps: [
    { name: 'check', title: 'Check the uploaded file' },
    { name: 'safety', title: 'Take a safety backup' },
    { name: 'load', title: 'Load the database and the files beside those that serve' },
    { name: 'replace', title: 'Stop Odoo, exchange the data and start it' },
    { name: 'health', title: 'Wait until Odoo is healthy' },
    { name: 'finish', title: 'Remove the old data and the uploaded file' },
  ],
});
