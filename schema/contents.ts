import { holds } from '../src/access/access.ts';
import { instancesOfEach } from '../src/instances/index.ts';
import { operationsOfEach } from '../src/operations/list.ts';
import { environmentsOfEach, listProjects } from '../src/projects/index.ts';
import { listServers } from '../src/servers/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Environment, environmentFilters, EnvironmentPage } from './environment.ts';
import { Instance, instanceFilters, InstancePage } from './instance.ts';
import { pagesOf, sees } from './loaders.ts';
import { Operation, operationFilters, OperationPage } from './operation.ts';
import { Organization } from './organization.ts';
import { Project, projectFilters, ProjectPage } from './project.ts';
import { Server, serverFilters, ServerPage } from './server.ts';

/*
 * What each thing contains: the lists of the query type, narrowed to it, with the same permission. Many parents of a list
 * read theirs together.
 */

const elsewhere = 'null for an organization that is not the one of X-Org-Slug, and';

builder.prismaObjectFields(Organization, (t) => ({
  servers: t.connection(
    {
      type: Server,
      nullable: true,
      description: `Its servers; ${elsewhere} without the permission view:servers.`,
      args: serverFilters,
      resolve: async ({ id }, args, context) =>
        context.access.org?.id === id && holds(context.access, 'view:servers')
          ? connectionOf(await listServers(orgScope(context, 'view:servers'), args))
          : null,
    },
    ServerPage,
  ),
  projects: t.connection(
    {
      type: Project,
      nullable: true,
      description: `Its projects; ${elsewhere} without the permission view:projects.`,
      args: projectFilters,
      resolve: async ({ id }, args, context) =>
        context.access.org?.id === id && holds(context.access, 'view:projects')
          ? connectionOf(await listProjects(orgScope(context, 'view:projects'), args))
          : null,
    },
    ProjectPage,
  ),
}));

const environmentsOfProjects = pagesOf('view:environments', environmentsOfEach);
const instancesOfEnvironments = pagesOf('view:instances', (app, scope, args) =>
  instancesOfEach(app, scope, 'environmentId', args),
);
const instancesOfServers = pagesOf('view:instances', (app, scope, args) =>
  instancesOfEach(app, scope, 'serverId', args),
);
const operationsOfResources = pagesOf('view:operations', operationsOfEach);

builder.prismaObjectField(Project, 'environments', (t) =>
  t.connection(
    {
      type: Environment,
      nullable: true,
      description: 'Its environments; null without the permission view:environments.',
      args: environmentFilters,
      resolve: async ({ id }, args, context) =>
        sees(context, 'view:environments', id) ? connectionOf(await environmentsOfProjects(context, id, args)) : null,
    },
    EnvironmentPage,
  ),
);

builder.prismaObjectField(Environment, 'instances', (t) =>
  t.connection(
    {
      type: Instance,
      nullable: true,
      description: 'Its instances; null without the permission view:instances.',
      args: instanceFilters,
      resolve: async ({ id, projectId }, args, context) =>
        sees(context, 'view:instances', projectId)
          ? connectionOf(await instancesOfEnvironments(context, id, args))
          : null,
    },
    InstancePage,
  ),
);

builder.prismaObjectFields(Server, (t) => ({
  instances: t.connection(
    {
      type: Instance,
      nullable: true,
      description: 'The instances on it, as far as you may see them; null without the permission view:instances.',
      args: instanceFilters,
      resolve: async ({ id }, args, context) =>
        holds(context.access, 'view:instances') ? connectionOf(await instancesOfServers(context, id, args)) : null,
    },
    InstancePage,
  ),
  operations: t.connection(
    {
      type: Operation,
      nullable: true,
      description: 'Its own operations, such as validations; null without the permission view:operations.',
      args: operationFilters,
      resolve: async ({ id }, args, context) =>
        holds(context.access, 'view:operations') ? connectionOf(await operationsOfResources(context, id, args)) : null,
    },
    OperationPage,
  ),
}));

builder.objectField(Instance, 'operations', (t) =>
  t.connection(
    {
      type: Operation,
      nullable: true,
      description: 'Its operations; null without the permission view:operations.',
      args: operationFilters,
      resolve: async ({ id, projectId }, args, context) =>
        sees(context, 'view:operations', projectId)
          ? connectionOf(await operationsOfResources(context, id, args))
          : null,
    },
    OperationPage,
  ),
);
