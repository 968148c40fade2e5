import { builder } from './builder.ts';
import { Deployment } from './deployment.ts';
import { visibleDeployment } from './deployment-loaders.ts';
import { Instance } from './instance.ts';

builder.objectFields(Instance, (t) => ({
  deploymentId: t.exposeID('deploymentId', {
    nullable: true,
    description: 'The deployment whose code it runs; null while it runs its image alone.',
  }),
  deployment: t.field({
    type: Deployment,
    nullable: true,
    description:
      'The deployment whose code it runs; null while it runs its image alone, or without the permission view:deployments.',
    resolve: (row, _args, context) => visibleDeployment(context, row.deploymentId, row.projectId),
  }),
}));
