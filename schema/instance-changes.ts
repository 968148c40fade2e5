import type { Instance as InstanceRow, Operation as OperationRow } from '../prisma/generated/client/client.ts';
import { removeInstance } from '../src/backups/index.ts';
import {
  configureInstance,
  createInstance,
  provisionAgain,
  resetAdminPassword,
  restart,
  revealAdminPassword,
  start,
  stop,
  updateInstance,
} from '../src/instances/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { idArg, Instance } from './instance.ts';
import {
  ConfigureInstanceInput,
  CreateInstanceInput,
  pullImage,
  UpdateInstanceInput,
  withEnvRecord,
} from './instance-input.ts';
import { Operation } from './operation.ts';

export const InstancePayload = builder
  .objectRef<{ instance: InstanceRow; operation: OperationRow }>('InstancePayload')
  .implement({
    description: 'An instance and the operation that works on it.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
      operation: t.field({
        type: Operation,
        description: 'The operation that was started.',
        resolve: (row) => row.operation,
      }),
    }),
  });
const UpdateInstancePayload = builder
  .objectRef<{ instance: InstanceRow; operation: OperationRow | null; message: string }>('UpdateInstancePayload')
  .implement({
    description: 'A changed instance and the operation that applies its settings.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The instance.', resolve: (row) => row.instance }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'The operation that was started; null if no operation is needed.',
        resolve: (row) => row.operation,
      }),
      message: t.exposeString('message', {
        description: 'What becomes of the changes: whether they are applied, or what applies them.',
      }),
    }),
  });
const AdminPassword = builder.objectRef<{ login: string; password: string }>('AdminPassword').implement({
  description: 'The credentials of Odoo’s administrator, shown once.',
  fields: (t) => ({
    login: t.exposeString('login', { description: 'The login.' }),
    password: t.exposeString('password', { description: 'The password. oCore no longer stores it.' }),
  }),
});

builder.mutationFields((t) => ({
  createInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Creates an instance and provisions it.',
    args: { input: t.arg({ type: CreateInstanceInput, required: true, description: 'The instance.' }) },
    resolve: (_root, { input }, context) => createInstance(context.app, orgScope(context), withEnvRecord(input)),
  }),
  updateInstance: t.field({
    type: UpdateInstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Changes the name or protection at once. Changes the settings and recreates the container; if Odoo is not healthy afterwards, the old settings are restored. Of an instance that is failed or stopped, the settings are saved for its next start or provisioning.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateInstanceInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) =>
      updateInstance(context.app, orgScope(context), id, withEnvRecord(input)),
  }),
  configureInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Changes the settings and recreates the container. If Odoo is not healthy afterwards, the old settings are restored.',
    deprecationReason: 'Since 2026-11-27; use updateInstance. Will be removed on 2027-05-27.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: ConfigureInstanceInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) =>
      configureInstance(context.app, orgScope(context), id, withEnvRecord(input)),
  }),
  provisionInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Provisions a failed or stopped instance again. One that was never provisioned successfully is made from scratch; of any other, all containers are made again around its database and filestore, which are kept.',
    args: {
      id: t.arg.id(idArg),
      pullImage: t.arg.boolean({ description: pullImage }),
    },
    resolve: (_root, { id, pullImage: pull }, context) => provisionAgain(context.app, orgScope(context), id, pull),
  }),
  startInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Starts an instance that is stopped or failed, with the settings that it has. One that was never provisioned needs `provisionInstance`.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => start(context.app, orgScope(context), id),
  }),
  stopInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Stops an instance. Its data is kept.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => stop(context.app, orgScope(context), id),
  }),
  restartInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Restarts Odoo.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => restart(context.app, orgScope(context), id),
  }),
  deleteInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Deletes an instance and all its data.',
    args: {
      id: t.arg.id(idArg),
      confirmName: t.arg.string({
        description:
          'The exact name of the instance. Required if the instance is protected or in production, and with force; a wrong name is always refused.',
      }),
      force: t.arg.boolean({
        description:
          'Deletes the instance although its server is unreachable. Its containers and volumes stay on the server; the audit log lists them.',
      }),
      finalBackup: t.arg.boolean({
        description:
          'Takes a backup first and reads it back; the instance is deleted only after that. Needs the permission manage:backups, too.',
      }),
      destinationId: t.arg.id({
        description: 'The destination of the final backup. Required if the server of the instance reaches several.',
      }),
    },
    resolve: (_root, { id, ...deletion }, context) => removeInstance(context.app, orgScope(context), id, deletion),
  }),
  revealAdminPassword: t.field({
    type: AdminPassword,
    authScopes: { permission: 'view:secrets' },
    description:
      'Returns the password that Odoo’s administrator was created with, or got by the last reset. It is available once.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => revealAdminPassword(context.app, orgScope(context), id),
  }),
  resetAdminPassword: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Sets a new random password of Odoo’s administrator. After the operation, `revealAdminPassword` returns it once.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => resetAdminPassword(context.app, orgScope(context), id),
  }),
}));
