import { passwordInput } from '../src/identity/index.ts';
import { createOrganizationInput, settingsInput, updateOrganizationInput } from '../src/orgs/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const organization = 'id name slug logoUrl status createdAt';
const mine = `${organization} myRole { id name }`;
const settings = 'auditRetentionDays requireTwoFactor requirePasskey sessionMaxHours';
const category = 'Organizations';
const update = `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { ${organization} } }`;
const updateSettings = `mutation ($input: UpdateOrganizationSettingsInput!) { updateOrganizationSettings(input: $input) { ${settings} } }`;

const routes: readonly Route[] = [
  { method: 'get', path: '/user/orgs', category, summary: 'List the organizations of the signed-in user', document: `query ($first: Int, $after: String) { myOrganizations(first: $first, after: $after) { nodes { ${mine} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/user/orgs', category, summary: 'Create an organization', document: `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { ${mine} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/org', category, summary: 'Get the organization', document: `{ organization { ${mine} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/org', category, summary: 'Update the organization', document: update, answer: { as: 'object' } },
  { method: 'patch', path: '/org', category, summary: 'Update the organization', document: update, answer: { as: 'object' } },
  {
    method: 'delete',
    path: '/org',
    category,
    summary: 'Delete the organization',
    document: 'mutation ($confirmSlug: String!, $password: String) { deleteOrganization(confirmSlug: $confirmSlug, password: $password) { organization { id status } operation { id } } }',
    body: ['confirmSlug', 'password'],
    answer: { as: 'accepted', resource: 'organization', message: 'Organization deletion in progress' },
  },
  { method: 'post', path: '/org/transfer', category, summary: 'Transfer the ownership', document: `mutation ($memberId: ID!, $password: String) { transferOwnership(memberId: $memberId, password: $password) { ${mine} } }`, body: ['memberId', 'password'], answer: { as: 'object' } },
  { method: 'get', path: '/org/settings', category, summary: 'Get the settings of the organization', document: `{ organizationSettings { ${settings} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/org/settings', category, summary: 'Update the settings of the organization', document: updateSettings, answer: { as: 'object' } },
  { method: 'patch', path: '/org/settings', category, summary: 'Update the settings of the organization', document: updateSettings, answer: { as: 'object' } },
];

const examples: Examples = {
  'Organization.id': ids.organization,
  'Organization.name': 'Example Manufacturing',
  'Organization.slug': 'example-mfg',
  'Organization.status': 'active',
  'deleteOrganization.status': 'removing',
  'Organization.myRole': { id: '0197a1e8-2f57-7b3c-9e1a-4d6c8b2f5a10', name: 'Owner' },
  'createOrganization.logoUrl': null,
  'transferOwnership.myRole': { id: '0197a1e8-2f57-7c4d-8a2b-5e7d9c3a6b21', name: 'Admin' },
  logoUrl: 'https://example.com/logo.png',
  confirmSlug: 'example-mfg',
  auditRetentionDays: 365,
  requireTwoFactor: true,
  requirePasskey: false,
  sessionMaxHours: 12,
};

const parsers: Parsers = {
  CreateOrganizationInput: createOrganizationInput,
  UpdateOrganizationInput: updateOrganizationInput,
  UpdateOrganizationSettingsInput: settingsInput,
  // What has to be typed to confirm is the slug, or wrong.
  deleteOrganization: passwordInput.extend({ confirmSlug: createOrganizationInput.shape.slug }),
  transferOwnership: passwordInput,
};

export default { routes, examples, parsers } satisfies Category;
