import {
  createRegistry,
  deleteRegistry,
  getRegistry,
  listRegistries,
  updateRegistry,
} from '../src/registries/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const Registry = builder.prismaObject('Registry', {
  interfaces: [Node],
  description: 'A private image registry with the credentials that the organization pulls from it with.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    host: t.exposeString('host', { description: 'Its host and port. Docker Hub is docker.io.' }),
    username: t.exposeString('username', { description: 'The user name. The password is never shown.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const CreateRegistryInput = builder.inputType('CreateRegistryInput', {
  description: 'A registry and its credentials.',
  fields: (t) => ({
    host: t.string({
      required: true,
      description:
        'The host and port, as images name it: ghcr.io, registry.example.com:5000; docker.io for Docker Hub. It cannot change.',
    }),
    username: t.string({ required: true, description: 'The user name, up to 255 characters.' }),
    password: t.string({ required: true, description: 'The password or access token; stored encrypted.' }),
  }),
});
const UpdateRegistryInput = builder.inputType('UpdateRegistryInput', {
  description: 'The changes. Absent fields keep their value. The host cannot change.',
  fields: (t) => ({
    username: t.string({ description: 'A new user name.' }),
    password: t.string({ description: 'A new password or access token.' }),
  }),
});
const idArg = { required: true as const, description: 'The registry.' };

builder.queryFields((t) => ({
  registry: t.field({
    type: Registry,
    authScopes: { permission: 'view:registries' },
    description: 'One registry.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getRegistry(orgScope(context), id),
  }),
  registries: t.connection(
    {
      type: Registry,
      authScopes: { permission: 'view:registries' },
      description: 'The private image registries.',
      resolve: async (_root, args, context) => connectionOf(await listRegistries(orgScope(context), args)),
    },
    { description: 'A page of registries.' },
    { description: 'One registry of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createRegistry: t.field({
    type: Registry,
    authScopes: { permission: 'manage:registries' },
    description: 'Stores the credentials of a registry. They are used for every image that is pulled from it.',
    args: { input: t.arg({ type: CreateRegistryInput, required: true, description: 'The registry.' }) },
    resolve: (_root, { input }, context) => createRegistry(context.app, orgScope(context), input),
  }),
  updateRegistry: t.field({
    type: Registry,
    authScopes: { permission: 'manage:registries' },
    description: 'Changes the credentials of a registry.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateRegistryInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateRegistry(context.app, orgScope(context), id, input),
  }),
  deleteRegistry: t.field({
    type: Registry,
    authScopes: { permission: 'manage:registries' },
    description: 'Deletes the credentials of a registry. Images on servers stay.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteRegistry(context.app, orgScope(context), id),
  }),
}));
