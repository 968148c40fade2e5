import {
  addSshKey,
  deleteSshKey,
  importGithubKeys,
  listSshKeys,
  renameSshKey,
  type SshKeyImport,
} from '../src/identity/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

const SshKey = builder.prismaObject('SshKey', {
  interfaces: [Node],
  description: 'An SSH public key of a user.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    label: t.exposeString('label', { description: 'The name that the user gave it.' }),
    publicKey: t.exposeString('publicKey', { description: 'The key in OpenSSH format, without a comment.' }),
    keyType: t.exposeString('keyType', { description: 'Its type, such as `ssh-ed25519`.' }),
    fingerprint: t.exposeString('fingerprint', { description: 'The fingerprint, as `ssh-keygen -lf` shows it.' }),
    warning: t.exposeString('warning', { nullable: true, description: 'Why the key is weak; null if it is not.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it was last used.' }),
  }),
});
const Import = builder.objectRef<SshKeyImport>('SshKeyImportPayload').implement({
  description: 'The result of an import.',
  fields: (t) => ({
    imported: t.exposeInt('imported', { description: 'Keys that were added.' }),
    skipped: t.exposeInt('skipped', { description: 'Keys that already existed or are too weak.' }),
  }),
});
const AddSshKeyInput = builder.inputType('AddSshKeyInput', {
  description: 'A new SSH public key.',
  fields: (t) => ({
    label: t.string({ required: true, description: 'The name, up to 100 characters.' }),
    publicKey: t.string({ required: true, description: 'One line as in `id_ed25519.pub`.' }),
  }),
});
const id = { required: true as const, description: 'The key.' };

builder.queryFields((t) => ({
  mySshKeys: t.connection(
    {
      type: SshKey,
      authScopes: { person: true },
      description: 'The SSH keys of the signed-in user, newest first.',
      resolve: async (_root, args, { app, access }) => connectionOf(await listSshKeys(app, access, args)),
    },
    { description: 'A page of SSH keys.' },
    { description: 'One SSH key of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  addSshKey: t.field({
    type: SshKey,
    authScopes: { person: true },
    description: 'Adds an SSH public key. DSA keys and RSA keys with fewer than 2048 bits are refused.',
    args: { input: t.arg({ type: AddSshKeyInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input }, { app, access, client }) => addSshKey(app, access, client, input),
  }),
  importGithubSshKeys: t.field({
    type: Import,
    authScopes: { person: true },
    description: 'Adds the SSH keys that a GitHub user has published.',
    args: { githubUsername: t.arg.string({ required: true, description: 'The user’s name on GitHub.' }) },
    resolve: (_root, { githubUsername }, { app, access, client }) =>
      importGithubKeys(app, access, client, githubUsername),
  }),
  renameSshKey: t.field({
    type: SshKey,
    authScopes: { person: true },
    description: 'Renames an SSH key.',
    args: { id: t.arg.id(id), label: t.arg.string({ required: true, description: 'Up to 100 characters.' }) },
    resolve: (_root, args, { app, access, client }) => renameSshKey(app, access, client, args.id, args.label),
  }),
  deleteSshKey: t.boolean({
    authScopes: { person: true },
    description: 'Deletes an SSH key.',
    args: { id: t.arg.id(id) },
    resolve: async (_root, args, { app, access, client }) => {
      await deleteSshKey(app, access, client, args.id);
      return true;
    },
  }),
}));
