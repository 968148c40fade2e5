import { z } from 'zod';
import { orgScope } from '../schema/context.ts';
import { createInstanceInput } from '../src/instances/index.ts';
import { beginImportInput, exportInput, openDownload, receivePart } from '../src/transfers/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const fields = 'id instanceId direction status statusMessage filename includeFilestore sizeBytes receivedBytes expiresAt createdBy { id name email } createdAt';
const payload = 'transfer { id status } operation { id }';
const category = 'Databases';
const readings = ['status', 'receivedBytes', 'expiresAt'];
const named = z.object({ id: z.string() });
const sent = z.object({ direction: z.enum(['export', 'import']), filename: z.string(), sizeBytes: z.number().nullable(), receivedBytes: z.number() });

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/instances/{id}/transfers',
    category,
    summary: 'List exports and imports',
    document: `query ($id: ID!, $first: Int, $after: String, $direction: TransferDirection, $status: TransferStatus) { transfers(instanceId: $id, first: $first, after: $after, direction: $direction, status: $status) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/instances/{id}/exports', category, summary: 'Export an instance as Odoo’s own zip', document: `mutation ($id: ID!, $input: ExportInstanceInput!) { exportInstance(id: $id, input: $input) { ${payload} } }`, answer: { as: 'accepted', resource: 'transfer', message: 'Export in progress' } },
  {
    method: 'post',
    path: '/instances/{id}/imports',
    category,
    summary: 'Announce the upload of Odoo’s own zip',
    document: `mutation ($id: ID!, $input: BeginImportInput!) { beginImport(id: $id, input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'transfer', message: 'Room for the upload is being made' },
  },
  { method: 'get', path: '/transfers/{id}', category, summary: 'Get an export or import', document: `query ($id: ID!) { transfer(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings },
  { method: 'delete', path: '/transfers/{id}', category, summary: 'Remove an export or upload from the server', document: `mutation ($id: ID!) { removeTransfer(id: $id) { ${payload} } }`, answer: { as: 'accepted', resource: 'transfer', message: 'Removal in progress' } },
  {
    method: 'get',
    path: '/transfers/{id}/content',
    category,
    summary: 'Download an export',
    document: 'query ($id: ID!) { transferContent(id: $id) { id direction filename sizeBytes receivedBytes } }',
    answer: {
      as: 'bytes',
      contentType: 'application/zip',
      file: {
        describe: (value) => {
          const { direction, filename, sizeBytes, receivedBytes } = sent.parse(value);
          if (direction === 'export') return { filename, size: sizeBytes };
          // Of an upload, HEAD asks how much is there.
          return { filename, size: null, headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(receivedBytes), 'Upload-Length': String(sizeBytes ?? 0) } };
        },
        open: (context, value, range, signal) => openDownload(context.app, orgScope(context, 'manage:databases'), named.parse(value).id, range, signal),
      },
    },
    errors: ['invalid_state', 'unprocessable', 'conflict'],
  },
  {
    method: 'patch',
    path: '/transfers/{id}/content',
    category,
    summary: 'Send a part of an upload',
    document: 'mutation ($id: ID!) { continueUpload(id: $id) { id } }',
    answer: {
      as: 'upload',
      contentType: 'application/offset+octet-stream',
      receive: async (context, value, offset, body) => Number((await receivePart(context.app, orgScope(context, 'manage:databases'), named.parse(value).id, offset, body)).receivedBytes),
    },
  },
  {
    method: 'post',
    path: '/transfers/{id}/import',
    category,
    summary: 'Import a complete upload',
    document: 'mutation ($id: ID!, $confirmName: String, $safetyBackup: Boolean) { importTransfer(id: $id, confirmName: $confirmName, safetyBackup: $safetyBackup) { instance { id status } operation { id } } }',
    body: ['confirmName', 'safetyBackup'],
    answer: { as: 'accepted', resource: 'instance', message: 'Import in progress' },
  },
];

const id = '0197a1f7-4c8d-7e3f-8041-6c7d8e9fa0b1';
const examples: Examples = {
  '/transfers/{id}': id,
  'Transfer.id': id,
  'Transfer.instanceId': ids.instance,
  direction: 'export',
  'Transfer.direction': 'export',
  'Transfer.status': 'ready',
  'transfers.status': 'ready',
  'exportInstance.status': 'preparing',
  'beginImport.status': 'preparing',
  'removeTransfer.status': 'removing',
  'importTransfer.status': 'restarting',
  'importTransfer.confirmName': 'ERP production',
  'Transfer.filename': 'erp-production_20261128_093000.zip',
  'BeginImportInput.filename': 'erp-production.zip',
  'BeginImportInput.sizeBytes': 52428800,
  'Transfer.includeFilestore': true,
  'ExportInstanceInput.includeFilestore': true,
  'Transfer.sizeBytes': 52428800,
  receivedBytes: 0,
  'Transfer.expiresAt': '2026-11-29T09:30:00.000Z',
};

const parsers: Parsers = {
  ExportInstanceInput: exportInput,
  BeginImportInput: beginImportInput,
  // What has to be typed to confirm is the name, or wrong.
  importTransfer: z.object({ confirmName: createInstanceInput.shape.name }),
};

export default { routes, examples, parsers } satisfies Category;
