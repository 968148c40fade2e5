import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { visibleProject } from './loaders.ts';
import { Node } from './node.ts';
import { Project } from './project.ts';

const EnvironmentType = builder.enumType('EnvironmentType', {
  description: 'The type of an environment. It cannot change.',
  values: {
    production: {
      description: 'The live environment. At most one in each project, protected against deletion by default.',
    },
    staging: { description: 'For tests with a copy of production.' },
    development: { description: 'For development.' },
  } as const,
});

export const Environment = builder.prismaObject('Environment', {
  interfaces: [Node],
  description: 'A stage of a project: production, staging or development.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the project.' }),
    description: t.exposeString('description', { description: 'The description.' }),
    type: t.expose('type', { type: EnvironmentType, description: 'The type.' }),
    environmentType: t.expose('type', {
      type: EnvironmentType,
      description: 'The type, under the name that the reference of the product has for it.',
    }),
    branch: t.exposeString('branch', { nullable: true, description: 'The Git branch that the environment tracks.' }),
    autoDeploy: t.exposeBoolean('autoDeploy', {
      description: 'Whether what is pushed to its branches is deployed by itself.',
    }),
    deletionProtected: t.exposeBoolean('deletionProtected', {
      description: 'Whether it is protected against deletion.',
    }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    project: t.field({
      type: Project,
      nullable: true,
      description: 'The project that it belongs to; null without the permission view:projects.',
      resolve: (row, _args, context) => visibleProject(context, row.projectId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const told = {
  name: 'Up to 100 characters, unique in the project.',
  description: 'The description.',
  type: 'The type. It cannot change.',
  branch: 'The Git branch that the environment tracks.',
  deletionProtected:
    'Whether it is protected against deletion. Default: true for production, where it cannot be false until later.',
};
const CreateEnvironmentInput = builder.inputType('CreateEnvironmentInput', {
  description: 'A new environment.',
  fields: (t) => ({
    projectId: t.id({ required: true, description: 'The project that it belongs to.' }),
    name: t.string({ required: true, description: told.name }),
    description: t.string({ description: told.description }),
    type: t.field({ type: EnvironmentType, required: true, description: told.type }),
    branch: t.string({ description: told.branch }),
    deletionProtected: t.boolean({ description: told.deletionProtected }),
  }),
});
const CreateProjectEnvironmentInput = builder.inputType('CreateProjectEnvironmentInput', {
  description: 'A new environment of a project that is named beside it.',
  fields: (t) => ({
    name: t.string({ required: true, description: told.name }),
    description: t.string({ description: told.description }),
    type: t.field({ type: EnvironmentType, required: true, description: told.type }),
    branch: t.string({ description: told.branch }),
    deletionProtected: t.boolean({ description: told.deletionProtected }),
  }),
});
const UpdateEnvironmentInput = builder.inputType('UpdateEnvironmentInput', {
  description: 'The changes. Absent fields keep their value. The type cannot change.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'The description.' }),
    autoDeploy: t.boolean({
      description:
        'Whether what is pushed to its branches is deployed by itself. Needs manage:deployments and manage:instance_code.',
    }),
    deletionProtected: t.boolean({ description: 'Whether it is protected against deletion.' }),
  }),
});
const idArg = { required: true as const, description: 'The environment.' };

/** A page of environments, wherever the list is. */
export const EnvironmentPage = builder.connectionObject(
  { type: Environment, name: 'QueryEnvironmentsConnection', description: 'A page of environments.' },
  { name: 'QueryEnvironmentsConnectionEdge', description: 'One environment of a page.' },
);

/** What narrows a list of the environments of one project. */
export const environmentFilters = builder.args((t) => ({
  type: t.field({ type: EnvironmentType, description: 'Only environments of this type.' }),
  search: t.string({ description: 'Only rows with this text in their name.' }),
  sort: t.field(listSort),
}));

builder.queryFields((t) => ({
  environment: t.field({
    type: Environment,
    authScopes: { permission: 'view:environments' },
    description: 'One environment.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getEnvironment(orgScope(context), id),
  }),
  environments: t.connection(
    {
      type: Environment,
      authScopes: { permission: 'view:environments' },
      description: 'The environments.',
      args: {
        projectId: t.arg.id({ description: 'Only environments of this project.' }),
        ...environmentFilters,
      },
      resolve: async (_root, args, context) =>
        connectionOf(await listEnvironments(context.app, orgScope(context), args)),
    },
    EnvironmentPage,
  ),
}));

builder.mutationFields((t) => ({
  createEnvironment: t.field({
    type: Environment,
    authScopes: { permission: 'manage:environments' },
    description: 'Creates an environment in a project.',
    args: { input: t.arg({ type: CreateEnvironmentInput, required: true, description: 'The environment.' }) },
    resolve: (_root, { input }, context) => createEnvironment(context.app, orgScope(context), input),
  }),
  createProjectEnvironment: t.field({
    type: Environment,
    authScopes: { permission: 'manage:environments' },
    description: 'Creates an environment in a project, as createEnvironment does.',
    args: {
      projectId: t.arg.id({ required: true, description: 'The project.' }),
      input: t.arg({ type: CreateProjectEnvironmentInput, required: true, description: 'The environment.' }),
    },
    resolve: (_root, { projectId, input }, context) =>
      createEnvironment(context.app, orgScope(context), { ...input, projectId }),
  }),
  updateEnvironment: t.field({
    type: Environment,
    authScopes: { permission: 'manage:environments' },
    description: 'Changes an environment.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateEnvironmentInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateEnvironment(context.app, orgScope(context), id, input),
  }),
  deleteEnvironment: t.field({
    type: Environment,
    authScopes: { permission: 'manage:environments' },
    description: 'Deletes an environment without instances.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteEnvironment(context.app, orgScope(context), id),
  }),
}));
