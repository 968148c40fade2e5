import { createEnvironment, deleteEnvironment, getEnvironment, listEnvironments, updateEnvironment } from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { visibleProject } from './loaders.ts';
import { Node } from './node.ts';
import { Project } from './project.ts';

const EnvironmentType = builder.enumType('EnvironmentType', {
  description: 'What an environment is for. It cannot change.',
  values: { production: { description: 'The one that the company works with; one a project, protected against deletion.' }, staging: { description: 'For trying with a copy of production.' }, development: { description: 'For development.' } } as const,
});

export const Environment = builder.prismaObject('Environment', {
  interfaces: [Node],
  description: 'A stage of a project: production, staging or development.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name, unique in the project.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    type: t.expose('type', { type: EnvironmentType, description: 'What kind it is.' }),
    branch: t.exposeString('branch', { nullable: true, description: 'The Git branch that it follows.' }),
    deletionProtected: t.exposeBoolean('deletionProtected', { description: 'Whether it refuses to be deleted.' }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    project: t.field({ type: Project, nullable: true, description: 'The project that it belongs to; null without view:projects.', resolve: (row, _args, context) => visibleProject(context, row.projectId) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its row last changed.' }),
  }),
});

const CreateEnvironmentInput = builder.inputType('CreateEnvironmentInput', {
  description: 'A new environment.',
  fields: (t) => ({
    projectId: t.id({ required: true, description: 'The project that it belongs to.' }),
    name: t.string({ required: true, description: 'Up to 100 characters, unique in the project.' }),
    description: t.string({ description: 'What it is for.' }),
    type: t.field({ type: EnvironmentType, required: true, description: 'What kind it is; it cannot change.' }),
    branch: t.string({ description: 'The Git branch that it follows.' }),
    deletionProtected: t.boolean({ description: 'Whether it refuses to be deleted. Default: true for production.' }),
  }),
});
const UpdateEnvironmentInput = builder.inputType('UpdateEnvironmentInput', {
  description: 'What is to change. Absent fields stay as they are; the type never changes.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'What it is for.' }),
    deletionProtected: t.boolean({ description: 'Whether it refuses to be deleted.' }),
  }),
});
const idArg = { required: true as const, description: 'The environment.' };

builder.queryFields((t) => ({
  environment: t.field({ type: Environment, authScopes: { permission: 'view:environments' }, description: 'One environment.', args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => getEnvironment(orgScope(context), id) }),
  environments: t.connection({
    type: Environment, authScopes: { permission: 'view:environments' }, description: 'The environments.',
    args: {
      projectId: t.arg.id({ description: 'Only those of this project.' }),
      type: t.arg({ type: EnvironmentType, description: 'Only those of this kind.' }),
      sort: t.arg(listSort),
    },
    resolve: async (_root, args, context) => connectionOf(await listEnvironments(orgScope(context), args)),
  }, { description: 'A page of environments.' }, { description: 'One environment of a page.' }),
}));

builder.mutationFields((t) => ({
  createEnvironment: t.field({ type: Environment, authScopes: { permission: 'manage:environments' }, description: 'Creates an environment in a project.', args: { input: t.arg({ type: CreateEnvironmentInput, required: true, description: 'The environment.' }) }, resolve: (_root, { input }, context) => createEnvironment(context.app, orgScope(context), input) }),
  updateEnvironment: t.field({ type: Environment, authScopes: { permission: 'manage:environments' }, description: 'Changes an environment.', args: { id: t.arg.id(idArg), input: t.arg({ type: UpdateEnvironmentInput, required: true, description: 'The changes.' }) }, resolve: (_root, { id, input }, context) => updateEnvironment(context.app, orgScope(context), id, input) }),
  deleteEnvironment: t.field({ type: Environment, authScopes: { permission: 'manage:environments' }, description: 'Deletes an environment without instances.', args: { id: t.arg.id(idArg) }, resolve: (_root, { id }, context) => deleteEnvironment(context.app, orgScope(context), id) }),
}));
