import { anonymisation, anonymisationRule, cloneInput } from '../src/clones/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const clone = 'instanceId operationId sourceInstanceId sourceInstanceName sourceEnvironmentId backupId includeFilestore mailCatcher anonymized neutralizedAt';
const mail = 'id instanceId from to cc bcc subject receivedAt sizeBytes attachmentCount';
const payload = 'instance { id status } operation { id }';
const category = 'Instances';
const accepted = { as: 'accepted', resource: 'instance', message: 'The copy is being made' } as const;

const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/environments/{id}/clone',
    category: 'Environments',
    summary: 'Clone the instance of an environment',
    document: `mutation ($id: ID!, $input: CloneInput!) { cloneEnvironment(id: $id, input: $input) { ${payload} } }`,
    answer: accepted,
    errors: ['quota_exceeded'],
  },
  {
    method: 'post',
    path: '/instances/{id}/clone',
    category,
    summary: 'Clone an instance',
    document: `mutation ($id: ID!, $input: CloneInput!) { cloneInstance(id: $id, input: $input) { ${payload} } }`,
    answer: accepted,
    errors: ['quota_exceeded'],
  },
  { method: 'get', path: '/instances/{id}/clone', category, summary: 'Get what an instance is a copy of', document: `query ($id: ID!) { instanceClone(instanceId: $id) { ${clone} } }`, answer: { as: 'object' } },
  {
    method: 'get',
    path: '/instances/{id}/mails',
    category,
    summary: 'List caught e-mails',
    document: `query ($id: ID!, $first: Int, $after: String) { caughtMails(instanceId: $id, first: $first, after: $after) { nodes { ${mail} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
    errors: ['unprocessable'],
  },
  {
    method: 'get',
    path: '/instances/{id}/mails/{mailId}',
    category,
    summary: 'Get a caught e-mail',
    document: `query ($id: ID!, $mailId: ID!) { caughtMail(instanceId: $id, id: $mailId) { mail { ${mail} } text html attachments { fileName contentType sizeBytes } } }`,
    answer: { as: 'object' },
    errors: ['unprocessable'],
  },
  { method: 'delete', path: '/instances/{id}/mails', category, summary: 'Delete all caught e-mails', document: 'mutation ($id: ID!) { deleteCaughtMails(instanceId: $id) { deleted } }', answer: { as: 'object' }, errors: ['unprocessable'] },
  { method: 'delete', path: '/instances/{id}/mails/{mailId}', category, summary: 'Delete a caught e-mail', document: 'mutation ($id: ID!, $mailId: ID!) { deleteCaughtMails(instanceId: $id, id: $mailId) { deleted } }', answer: { as: 'object' }, errors: ['unprocessable'] },
];

const mailId = '0193a1f4-5d20-7b61-8c42-1f9e3a7b5d64';
const source = '0197a1f2-3b4c-7d5e-8f60-718293a4b5c6';
const examples: Examples = {
  '/instances/{id}/mails/{mailId}': mailId,
  'InstanceClone.instanceId': ids.instance,
  sourceInstanceId: source,
  sourceInstanceName: 'ERP production',
  sourceEnvironmentId: ids.environment,
  'cloneInstance.status': 'provisioning',
  'cloneEnvironment.status': 'provisioning',
  'InstanceClone.backupId': null,
  'InstanceClone.includeFilestore': true,
  'InstanceClone.mailCatcher': true,
  'InstanceClone.anonymized': false,
  neutralizedAt: '2026-11-24T09:30:00.000Z',
  'CaughtMail.id': mailId,
  'CaughtMail.instanceId': ids.instance,
  'CaughtMail.from': 'ERP <erp@example.com>',
  'CaughtMail.to': ['Ada <ada@example.com>'],
  'CaughtMail.cc': [],
  'CaughtMail.bcc': [],
  'CaughtMail.subject': 'Quotation S00042',
  receivedAt: '2026-11-24T09:31:00.000Z',
  'CaughtMail.sizeBytes': 18342,
  attachmentCount: 1,
  'CaughtMailContent.text': 'Here is your quotation.',
  'CaughtMailContent.html': '<p>Here is your quotation.</p>',
  'CaughtMailAttachment.fileName': 'S00042.pdf',
  'CaughtMailAttachment.contentType': 'application/pdf',
  'CaughtMailAttachment.sizeBytes': 14211,
  'DeletedCaughtMails.deleted': 1,
  'CloneInput.name': 'ERP staging',
  'CloneInput.slug': null,
  'CloneInput.serverId': null,
  'CloneInput.targetInstanceId': null,
  'CloneInput.confirmName': null,
  'CloneInput.backupId': null,
  'CloneInput.destinationId': null,
  'CloneInput.includeFilestore': true,
  'CloneInput.mailCatcher': true,
  'AnonymizationInput.presets': ['contacts', 'users'],
  'AnonymizationInput.keepLogins': ['ada@example.com'],
  'AnonymizationRuleInput.table': 'crm_lead',
  'AnonymizationRuleInput.column': 'contact_name',
  'AnonymizationRuleInput.replacement': 'name',
};

const parsers: Parsers = {
  CloneInput: cloneInput,
  AnonymizationInput: anonymisation,
  AnonymizationRuleInput: anonymisationRule,
};

export default { routes, examples, parsers } satisfies Category;
