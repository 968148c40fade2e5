import type { Finding, Plan, PlannedChange } from '../src/deployments/index.ts';
import { builder } from './builder.ts';
import { compareUrlOf, type SourceOfDeployment } from './deployment-loaders.ts';

const ModuleChange = builder.enumType('ModuleChange', {
  description: 'What a deployment does with a module.',
  values: {
    install: { description: 'It is installed.' },
    update: { description: 'It is updated: its data, views or fields changed.' },
    code: { description: 'Only its code changed: starting Odoo with it is enough.' },
  } as const,
});

const PlannedModule = builder.objectRef<PlannedChange>('PlannedModule').implement({
  description: 'A module that a deployment changes.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its technical name.' }),
    repositoryId: t.exposeID('repositoryId', {
      nullable: true,
      description: 'The repository that it comes from; null for one of the image.',
    }),
    change: t.expose('change', { type: ModuleChange, description: 'What is done with it.' }),
    fromVersion: t.exposeString('fromVersion', {
      nullable: true,
      description: 'The version that is installed; null without one.',
    }),
    toVersion: t.exposeString('toVersion', {
      nullable: true,
      description: 'The version of its manifest; null without one.',
    }),
    reasons: t.exposeStringList('reasons', { description: 'Why, in words.' }),
    migrations: t.exposeStringList('migrations', { description: 'The migration scripts that run, in their order.' }),
  }),
});

const PlannedCommit = builder.objectRef<Plan['commits'][number]>('PlannedCommit').implement({
  description: 'A commit that comes with a deployment.',
  fields: (t) => ({
    repositoryId: t.exposeID('repositoryId', { description: 'Its repository.' }),
    sha: t.exposeString('sha', { description: 'Its name.' }),
    subject: t.exposeString('subject', { description: 'The first line of its message.' }),
    author: t.exposeString('author', { description: 'Who wrote it.' }),
    committedAt: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => new Date(at) }),
  }),
});

export const DeploymentPlan = builder.objectRef<Plan>('DeploymentPlan').implement({
  description: 'What a deployment changes, as found out before anything is changed.',
  fields: (t) => ({
    modules: t.field({
      type: [PlannedModule],
      description: 'The modules that change.',
      resolve: ({ modules }) => modules,
    }),
    commits: t.field({
      type: [PlannedCommit],
      description: 'The commits since what serves, newest first: at most 50 of each repository.',
      resolve: ({ commits }) => commits,
    }),
    database: t.exposeBoolean('database', {
      description: 'Whether the database changes: modules are updated or installed, and Odoo is stopped for it.',
    }),
    updateAll: t.exposeBoolean('updateAll', { description: 'Whether all modules are updated, changed or not.' }),
    image: t.exposeBoolean('image', {
      description: 'Whether an image is built for packages that the repositories ask for.',
    }),
    expectedDowntimeMs: t.exposeFloat('expectedDowntimeMs', {
      nullable: true,
      description: 'The downtime to expect, from earlier deployments of the instance; null without one.',
    }),
  }),
});

const FindingSeverity = builder.enumType('FindingSeverity', {
  description: 'How bad a finding is.',
  values: {
    error: { description: 'The deployment ended with it.' },
    warning: { description: 'The deployment went on.' },
  } as const,
});

export const DeploymentFinding = builder.objectRef<Finding>('DeploymentFinding').implement({
  description: 'What oCore or Odoo complained about in the code of a deployment.',
  fields: (t) => ({
    severity: t.expose('severity', { type: FindingSeverity, description: 'How bad it is.' }),
    module: t.exposeString('module', { nullable: true, description: 'The module; null if that is not known.' }),
    file: t.exposeString('file', { nullable: true, description: 'The file; null if that is not known.' }),
    line: t.exposeInt('line', { nullable: true, description: 'The line of the file; null if that is not known.' }),
    message: t.exposeString('message', { description: 'What is wrong.' }),
    traceback: t.exposeString('traceback', {
      nullable: true,
      description: 'The traceback of Python; null without one.',
    }),
  }),
});

export const DeploymentSource = builder.objectRef<SourceOfDeployment>('DeploymentSource').implement({
  description: 'The commit of one repository in a deployment.',
  fields: (t) => ({
    repositoryId: t.exposeID('repositoryId', { description: 'The repository, which may be gone.' }),
    name: t.exposeString('name', { description: 'The name that the repository had.' }),
    repositoryUrl: t.exposeString('url', { description: 'The URL that the repository had.' }),
    position: t.exposeInt('position', { description: 'Its place among the repositories of the project, from 1.' }),
    ref: t.exposeString('ref', {
      nullable: true,
      description: 'The branch or tag that it was found by; null for a commit that was named.',
    }),
    sha: t.exposeString('sha', { description: 'The commit.' }),
    subject: t.exposeString('subject', { nullable: true, description: 'The first line of its message.' }),
    author: t.exposeString('author', { nullable: true, description: 'Who wrote it.' }),
    committedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was made.',
      resolve: ({ at }) => (at === null ? null : new Date(at)),
    }),
    compareUrl: t.string({
      nullable: true,
      description:
        'The page of the host with the difference to the commit that served before; null where nothing differs, nothing served, or the host has none.',
      resolve: (row, _args, context) => compareUrlOf(context, row),
    }),
  }),
});
