import type { BranchMapping as MappingRow } from '../prisma/generated/client/client.ts';
import {
  type BranchDestination as Destination,
  branchDestination,
  createBranchMapping,
  deleteBranchMapping,
  getBranchMapping,
  listBranchMappings,
  updateBranchMapping,
} from '../src/repositories/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Environment } from './environment.ts';
import { visibleEnvironment } from './loaders.ts';
import { Node } from './node.ts';

const BranchMapping = builder.objectRef<MappingRow>('BranchMapping').implement({
  interfaces: [Node],
  description: 'Which environment of a project the branches of a pattern go to.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    projectId: t.exposeID('projectId', { description: 'The project.' }),
    branchPattern: t.exposeString('branchPattern', {
      description: 'A branch, or a pattern: `*` stands for what is between two slashes, `**` for anything.',
    }),
    environmentId: t.exposeID('environmentId', { description: 'The environment.' }),
    environment: t.field({
      type: Environment,
      nullable: true,
      description: 'The environment; null without the permission view:environments.',
      resolve: (row, _args, context) => visibleEnvironment(context, row.environmentId, row.projectId),
    }),
    priority: t.exposeInt('priority', {
      description: 'The lowest is asked first; of equal ones, the oldest.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const BranchDestination = builder.objectRef<Destination>('BranchDestination').implement({
  description: 'Where a branch of a project goes.',
  fields: (t) => ({
    branch: t.exposeString('branch', { description: 'The branch.' }),
    environmentId: t.exposeID('environmentId', {
      nullable: true,
      description: 'The environment; null if the branch goes nowhere.',
    }),
    mapping: t.expose('mapping', {
      type: BranchMapping,
      nullable: true,
      description: 'The mapping that decides it; null where the environment itself names the branch.',
    }),
  }),
});

const told = {
  branchPattern:
    'A branch, or a pattern such as `feature/*` or `release/**`: `*` stands for what is between two slashes, `**` for anything. Unique in the project.',
  environmentId: 'An environment of the project.',
};
const CreateBranchMappingInput = builder.inputType('CreateBranchMappingInput', {
  description: 'Branches of a project, and where they go.',
  fields: (t) => ({
    branchPattern: t.string({ required: true, description: told.branchPattern }),
    environmentId: t.id({ required: true, description: told.environmentId }),
    priority: t.int({ description: '0 to 10000; the lowest is asked first. Default: 100.' }),
  }),
});
const UpdateBranchMappingInput = builder.inputType('UpdateBranchMappingInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    branchPattern: t.string({ description: told.branchPattern }),
    environmentId: t.id({ description: told.environmentId }),
    priority: t.int({ description: '0 to 10000; the lowest is asked first.' }),
  }),
});
const idArg = { required: true as const, description: 'The mapping.' };
const projectArg = { required: true as const, description: 'The project.' };

builder.queryFields((t) => ({
  branchMapping: t.field({
    type: BranchMapping,
    authScopes: { permission: 'view:repositories' },
    description: 'One branch mapping.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getBranchMapping(orgScope(context), id),
  }),
  branchMappings: t.connection(
    {
      type: BranchMapping,
      authScopes: { permission: 'view:repositories' },
      description: 'The branch mappings of a project, in the order in which they are asked.',
      args: { projectId: t.arg.id(projectArg) },
      resolve: async (_root, args, context) => connectionOf(await listBranchMappings(orgScope(context), args)),
    },
    { description: 'A page of branch mappings.' },
    { description: 'One branch mapping of a page.' },
  ),
  branchDestination: t.field({
    type: BranchDestination,
    authScopes: { permission: 'view:repositories' },
    description:
      'Which environment a branch of the project would go to: by the first mapping that it fits, or else to the environment that names it.',
    args: {
      projectId: t.arg.id(projectArg),
      branch: t.arg.string({ required: true, description: 'The branch. It need not exist.' }),
    },
    resolve: (_root, { projectId, branch }, context) =>
      branchDestination(context.app, orgScope(context), projectId, branch),
  }),
}));

builder.mutationFields((t) => ({
  createBranchMapping: t.field({
    type: BranchMapping,
    authScopes: { permission: 'manage:repositories' },
    description: 'Maps branches of a project to one of its environments.',
    args: {
      projectId: t.arg.id(projectArg),
      input: t.arg({ type: CreateBranchMappingInput, required: true, description: 'The mapping.' }),
    },
    resolve: (_root, { projectId, input }, context) =>
      createBranchMapping(context.app, orgScope(context), projectId, input),
  }),
  updateBranchMapping: t.field({
    type: BranchMapping,
    authScopes: { permission: 'manage:repositories' },
    description: 'Changes a branch mapping.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateBranchMappingInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateBranchMapping(context.app, orgScope(context), id, input),
  }),
  deleteBranchMapping: t.field({
    type: BranchMapping,
    authScopes: { permission: 'manage:repositories' },
    description: 'Deletes a branch mapping. What was deployed by it keeps running.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteBranchMapping(context.app, orgScope(context), id),
  }),
}));
