import {
  beginPasskeyLogin,
  beginPasskeyRegistration,
  deletePasskey,
  finishPasskeyLogin,
  finishPasskeyRegistration,
  listPasskeys,
  type PasskeyCreation,
  type PasskeyRequest,
  renamePasskey,
} from '../src/identity/index.ts';
import { SignInPayload } from './auth.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

const Passkey = builder.prismaObject('Passkey', {
  interfaces: [Node],
  description: 'A passkey that signs in to the account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    deviceName: t.exposeString('deviceName', { description: 'The name that the user gave it.' }),
    transport: t.exposeStringList('transports', {
      description: 'How the browser connects to it: `internal`, `hybrid`, `usb`, `nfc`, `ble`.',
    }),
    backupEligible: t.exposeBoolean('backupEligible', {
      description: 'Whether it can be synchronised between devices.',
    }),
    backupState: t.exposeBoolean('backupState', { description: 'Whether it is synchronised.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used to sign in.',
    }),
  }),
});
const PasskeyOptions = builder.objectRef<PasskeyCreation | PasskeyRequest>('PasskeyOptions').implement({
  description: 'The options for `navigator.credentials`. The challenge can be used once, within five minutes.',
  fields: (t) => ({
    publicKey: t.field({
      type: 'JSON',
      description: 'The input of `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.',
      resolve: (parent) => parent.publicKey,
    }),
  }),
});
const response = {
  type: 'JSON' as const,
  required: true as const,
  description: 'The browser’s credential, from `PublicKeyCredential.toJSON()`.',
};
const password = { description: 'The password. Not needed within 15 minutes of a sign-in.' };
const id = { required: true as const, description: 'The passkey.' };

builder.queryFields((t) => ({
  myPasskeys: t.connection(
    {
      type: Passkey,
      authScopes: { person: true },
      description: 'The passkeys of the signed-in user, newest first.',
      resolve: async (_root, args, { app, access }) => connectionOf(await listPasskeys(app, access, args)),
    },
    { description: 'A page of passkeys.' },
    { description: 'One passkey of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  beginPasskeyLogin: t.field({
    type: PasskeyOptions,
    authScopes: { public: true, session: true },
    description: 'Starts a sign-in with a passkey. The response is the same whether or not the account exists.',
    args: {
      email: t.arg.string({
        description: 'The e-mail address of the account. Default: any passkey that the browser offers.',
      }),
      partialToken: t.arg.string({
        description: 'The token from the first step, to use the passkey as the second step.',
      }),
    },
    resolve: (_root, args, { app }) => beginPasskeyLogin(app, args),
  }),
  finishPasskeyLogin: t.field({
    type: SignInPayload,
    authScopes: { public: true, session: true },
    description:
      'Signs in with a passkey. No second step follows, because a passkey proves both the device and the person.',
    args: {
      response: t.arg(response),
      email: t.arg.string({ description: 'Restricts the sign-in to the account with this address.' }),
    },
    resolve: async (_root, args, { app, tokens, client, browser }) =>
      browser.deliver(await finishPasskeyLogin(app, tokens, client, args)),
  }),
  beginPasskeyRegistration: t.field({
    type: PasskeyOptions,
    authScopes: { person: true },
    description: 'Starts the registration of a passkey.',
    args: {
      deviceName: t.arg.string({ description: 'The name, up to 100 characters.' }),
      password: t.arg.string(password),
    },
    resolve: (_root, args, { app, access, client }) => beginPasskeyRegistration(app, access, client, args),
  }),
  finishPasskeyRegistration: t.field({
    type: Passkey,
    authScopes: { person: true },
    description: 'Registers the passkey that the browser created.',
    args: {
      response: t.arg(response),
      deviceName: t.arg.string({ description: 'The name. Default: the name given at the start.' }),
    },
    resolve: (_root, args, { app, access, client }) => finishPasskeyRegistration(app, access, client, args),
  }),
  renamePasskey: t.field({
    type: Passkey,
    authScopes: { person: true },
    description: 'Renames a passkey.',
    args: { id: t.arg.id(id), deviceName: t.arg.string({ required: true, description: 'Up to 100 characters.' }) },
    resolve: (_root, args, { app, access, client }) => renamePasskey(app, access, client, args.id, args.deviceName),
  }),
  deletePasskey: t.boolean({
    authScopes: { person: true },
    description: 'Removes a passkey. The last sign-in method cannot be removed.',
    args: { id: t.arg.id(id), password: t.arg.string(password) },
    resolve: async (_root, args, { app, access, client }) => {
      await deletePasskey(app, access, client, args.id, args);
      return true;
    },
  }),
}));
