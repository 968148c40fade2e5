import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { repositoryResource } from './resource.ts';

const looks = {
  resource: repositoryResource,
  entering: 'syncing',
  permission: 'manage:repositories',
  retry: 'allowed',
  onlyLooks: true,
  input: z.object({}),
} as const;
const reach = { name: 'reach', title: 'Reach the host and check its keys' } as const;

export const validateRepositoryKind = defineKind({
  ...looks,
  kind: 'repository.validate',
  steps: [reach, { name: 'access', title: 'Read the repository with its credentials and find the branch' }],
});

export const syncRepositoryKind = defineKind({
  ...looks,
  kind: 'repository.sync',
  // Refs are no state of an operation: whoever takes it over reads them anew.
  steps: [reach, { name: 'refs', title: 'Read and record the branches and tags' }],
});
