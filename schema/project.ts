import {
  archiveProject,
  createProject,
  deleteProject,
  getProject,
  listProjects,
  updateProject,
} from '../src/projects/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { listSort } from './list-sort.ts';
import { Node } from './node.ts';

export const Project = builder.prismaObject('Project', {
  interfaces: [Node],
  description: 'A group of environments: one Odoo project of a company.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its short name, unique in the organization.' }),
    description: t.exposeString('description', { description: 'The description.' }),
    odooVersion: t.exposeString('odooVersion', { description: 'The default Odoo release of new instances.' }),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', nullable: true, description: 'When it was archived.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const CreateProjectInput = builder.inputType('CreateProjectInput', {
  description: 'A new project.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 100 characters.' }),
    slug: t.string({ description: '3 to 50 lower-case letters, digits and hyphens. Default: derived from the name.' }),
    description: t.string({ description: 'The description.' }),
    odooVersion: t.string({ description: 'An Odoo release. Default: 19.0.' }),
  }),
});
const UpdateProjectInput = builder.inputType('UpdateProjectInput', {
  description: 'The changes. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    description: t.string({ description: 'The description.' }),
    odooVersion: t.string({ description: 'A new default Odoo release for new instances.' }),
  }),
});
const idArg = { required: true as const, description: 'The project.' };

/** A page of projects, wherever the list is. */
export const ProjectPage = builder.connectionObject(
  { type: Project, name: 'QueryProjectsConnection', description: 'A page of projects.' },
  { name: 'QueryProjectsConnectionEdge', description: 'One project of a page.' },
);

export const projectFilters = builder.args((t) => ({
  includeArchived: t.boolean({ defaultValue: false, description: 'Whether to include archived projects.' }),
  search: t.string({ description: 'Only rows with this text in their name.' }),
  sort: t.field(listSort),
}));

builder.queryFields((t) => ({
  project: t.field({
    type: Project,
    authScopes: { permission: 'view:projects' },
    description: 'One project.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getProject(orgScope(context), id),
  }),
  projects: t.connection(
    {
      type: Project,
      authScopes: { permission: 'view:projects' },
      description: 'The projects.',
      args: projectFilters,
      resolve: async (_root, args, context) => connectionOf(await listProjects(orgScope(context), args)),
    },
    ProjectPage,
  ),
}));

builder.mutationFields((t) => ({
  createProject: t.field({
    type: Project,
    authScopes: { permission: 'manage:projects' },
    description: 'Creates a project.',
    args: { input: t.arg({ type: CreateProjectInput, required: true, description: 'The project.' }) },
    resolve: (_root, { input }, context) => createProject(context.app, orgScope(context), input),
  }),
  updateProject: t.field({
    type: Project,
    authScopes: { permission: 'manage:projects' },
    description: 'Changes a project.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateProjectInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateProject(context.app, orgScope(context), id, input),
  }),
  archiveProject: t.field({
    type: Project,
    authScopes: { permission: 'manage:projects' },
    description: 'Hides a project from lists. Its instances keep running.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => archiveProject(context.app, orgScope(context), id, true),
  }),
  unarchiveProject: t.field({
    type: Project,
    authScopes: { permission: 'manage:projects' },
    description: 'Restores an archived project.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => archiveProject(context.app, orgScope(context), id, false),
  }),
  deleteProject: t.field({
    type: Project,
    authScopes: { permission: 'manage:projects' },
    description: 'Deletes a project without environments.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteProject(context.app, orgScope(context), id),
  }),
}));
