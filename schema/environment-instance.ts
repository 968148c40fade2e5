import { builder } from './builder.ts';
import { Environment } from './environment.ts';
import { InstanceStatus } from './instance-status.ts';
import { instanceOf, projectOf } from './loaders.ts';

const EnvironmentStatus = builder.enumType('EnvironmentStatus', {
  description: 'The status of an environment: that of its instance.',
  values: {
    empty: { description: 'It has no instance.' },
    provisioning: { description: 'Its instance is being created.' },
    running: { description: 'Its instance is running.' },
    stopping: { description: 'Its instance is being stopped.' },
    stopped: { description: 'Its instance is stopped.' },
    restarting: { description: 'Its instance is starting or being configured.' },
    failed: { description: 'Its instance failed; statusMessage gives the reason.' },
    removing: { description: 'Its instance is being deleted.' },
  } as const,
});

const unseen = 'null without an instance, or without the permission view:instances';

/** The reference of the product knows one instance per environment; of several, the oldest stands here. */
builder.prismaObjectFields(Environment, (t) => ({
  instanceId: t.id({
    nullable: true,
    description: `Its instance, of several the oldest; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.instanceId ?? null,
  }),
  instanceName: t.string({
    nullable: true,
    description: `The name of its instance; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.name ?? null,
  }),
  instanceSlug: t.string({
    nullable: true,
    description: `The slug of its instance; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.slug ?? null,
  }),
  instanceStatus: t.field({
    type: InstanceStatus,
    nullable: true,
    description: `The status of its instance; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.status ?? null,
  }),
  serverId: t.id({
    nullable: true,
    description: `The server that its instance runs on; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.serverId ?? null,
  }),
  odooVersion: t.string({
    nullable: true,
    description: 'The Odoo release of its instance, or else that of its project.',
    resolve: async (row, _args, context) => {
      const instance = await instanceOf(context, row);
      return instance?.odooVersion ?? (await projectOf(context, row.projectId))?.odooVersion ?? null;
    },
  }),
  status: t.field({
    type: EnvironmentStatus,
    nullable: true,
    description: 'The status of its instance, or `empty` if it has none; null without the permission view:instances.',
    resolve: async (row, _args, context) => {
      const instance = await instanceOf(context, row);
      if (instance === undefined) return null;
      return instance === null || instance.status === 'removed' ? 'empty' : instance.status;
    },
  }),
  statusMessage: t.string({
    nullable: true,
    description: `The reason for the status of its instance; ${unseen}.`,
    resolve: async (row, _args, context) => (await instanceOf(context, row))?.statusMessage ?? null,
  }),
}));
