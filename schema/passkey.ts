import {
  beginPasskeyLogin, beginPasskeyRegistration, deletePasskey, finishPasskeyLogin, finishPasskeyRegistration, listPasskeys, type PasskeyCreation, type PasskeyRequest, renamePasskey,
} from '../src/identity/index.ts';
import { SignInPayload } from './auth.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Node } from './node.ts';

const Passkey = builder.prismaObject('Passkey', {
  interfaces: [Node],
  description: 'A passkey that signs in to the account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    deviceName: t.exposeString('deviceName', { description: 'What the person calls it.' }),
    transport: t.exposeStringList('transports', { description: 'How a browser reaches it: `internal`, `hybrid`, `usb`, `nfc`, `ble`.' }),
    backupEligible: t.exposeBoolean('backupEligible', { description: 'Whether it can be synchronised between devices.' }),
    backupState: t.exposeBoolean('backupState', { description: 'Whether it is synchronised.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it last signed in.' }),
  }),
});
const PasskeyOptions = builder.objectRef<PasskeyCreation | PasskeyRequest>('PasskeyOptions').implement({
  description: 'What `navigator.credentials` is called with. Its challenge is good once, for five minutes.',
  fields: (t) => ({ publicKey: t.field({ type: 'JSON', description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.', resolve: (parent) => parent.publicKey }) }),
});
const response = { type: 'JSON' as const, required: true as const, description: '`PublicKeyCredential.toJSON()` of what the browser gave.' };
const password = { description: 'The password. Not needed within 15 minutes of a sign-in.' };
const id = { required: true as const, description: 'The passkey.' };

builder.queryFields((t) => ({
  myPasskeys: t.connection({
    type: Passkey, authScopes: { person: true }, description: 'The passkeys of the signed-in person, newest first.',
    resolve: async (_root, args, { app, access }) => connectionOf(await listPasskeys(app, access, args)),
  }, { description: 'A page of passkeys.' }, { description: 'One passkey of a page.' }),
}));

builder.mutationFields((t) => ({
  beginPasskeyLogin: t.field({
    type: PasskeyOptions, authScopes: { public: true }, description: 'Begins a sign-in with a passkey. It answers alike whether or not there is such an account.',
    args: {
      email: t.arg.string({ description: 'Whose passkeys to ask for. Default: any that the browser offers.' }),
      partialToken: t.arg.string({ description: 'What the first step gave: the passkey is the second step then.' }),
    },
    resolve: (_root, args, { app }) => beginPasskeyLogin(app, args),
  }),
  finishPasskeyLogin: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Signs in with a passkey. No second step follows: it proves the device and the person.',
    args: { response: t.arg(response), email: t.arg.string({ description: 'Only an account with this address is signed in.' }) },
    resolve: async (_root, args, { app, tokens, client, browser }) => browser.deliver(await finishPasskeyLogin(app, tokens, client, args)),
  }),
  beginPasskeyRegistration: t.field({
    type: PasskeyOptions, authScopes: { person: true }, description: 'Begins to register a passkey.',
    args: { deviceName: t.arg.string({ description: 'What to call it, up to 100 characters.' }), password: t.arg.string(password) },
    resolve: (_root, args, { app, access, client }) => beginPasskeyRegistration(app, access, client, args),
  }),
  finishPasskeyRegistration: t.field({
    type: Passkey, authScopes: { person: true }, description: 'Registers the passkey that the browser made.',
    args: { response: t.arg(response), deviceName: t.arg.string({ description: 'What to call it. Default: as at the beginning.' }) },
    resolve: (_root, args, { app, access, client }) => finishPasskeyRegistration(app, access, client, args),
  }),
  renamePasskey: t.field({
    type: Passkey, authScopes: { person: true }, description: 'Gives a passkey another name.',
    args: { id: t.arg.id(id), deviceName: t.arg.string({ required: true, description: 'Up to 100 characters.' }) },
    resolve: (_root, args, { app, access, client }) => renamePasskey(app, access, client, args.id, args.deviceName),
  }),
  deletePasskey: t.boolean({
    authScopes: { person: true }, description: 'Removes a passkey; it no longer signs in. The last way to sign in stays.',
    args: { id: t.arg.id(id), password: t.arg.string(password) },
    resolve: async (_root, args, { app, access, client }) => { await deletePasskey(app, access, client, args.id, args); return true; },
  }),
}));
