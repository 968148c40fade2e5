import { disableTotp, enableTotp, renewRecoveryCodes, setUpTotp, type TotpSetup } from '../src/identity/index.ts';
import { builder } from './builder.ts';

const TotpSetupPayload = builder.objectRef<TotpSetup>('TotpSetupPayload').implement({
  description: 'The secret for an authenticator app. It is shown once.',
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'The secret in base32, for manual entry.' }),
    otpauthUri: t.exposeString('otpauthUri', { description: 'The secret as an `otpauth://` URI.' }),
    qrSvg: t.exposeString('qrSvg', { description: 'The URI as a QR code, an SVG image.' }),
  }),
});
const RecoveryCodes = builder.objectRef<{ recoveryCodes: string[] }>('RecoveryCodesPayload').implement({
  description: 'New recovery codes. They are shown once.',
  fields: (t) => ({
    recoveryCodes: t.exposeStringList('recoveryCodes', {
      description: 'Eight codes. Each replaces one code from the app, once.',
    }),
  }),
});
const DisableTotpInput = builder.inputType('DisableTotpInput', {
  description: 'The credentials that confirm the change.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Six digits from the app, or a recovery code.' }),
    password: t.string({ description: 'The password. Required if the account has one.' }),
  }),
});
const code = { required: true as const, description: 'Six digits from the app.' };

builder.mutationFields((t) => ({
  setUpTotp: t.field({
    type: TotpSetupPayload,
    authScopes: { person: true },
    description: 'Starts the enrolment of an authenticator app. `enableTotp` completes it.',
    args: { password: t.arg.string({ description: 'The password. Not needed within 15 minutes of a sign-in.' }) },
    resolve: (_root, args, { app, access, client }) => setUpTotp(app, access, client, args),
  }),
  enableTotp: t.field({
    type: RecoveryCodes,
    authScopes: { person: true },
    description: 'Turns two-factor authentication on with a code from the enrolled app.',
    args: { code: t.arg.string(code) },
    resolve: async (_root, args, { app, access, client }) => ({
      recoveryCodes: await enableTotp(app, access, client, args),
    }),
  }),
  disableTotp: t.boolean({
    authScopes: { person: true },
    description: 'Turns two-factor authentication off.',
    args: { input: t.arg({ type: DisableTotpInput, required: true, description: 'Password and code.' }) },
    resolve: async (_root, { input }, { app, access, client }) => {
      await disableTotp(app, access, client, input);
      return true;
    },
  }),
  renewRecoveryCodes: t.field({
    type: RecoveryCodes,
    authScopes: { person: true },
    description: 'Creates new recovery codes. The old codes become invalid.',
    args: { code: t.arg.string({ ...code, description: 'Six digits from the app, or a recovery code.' }) },
    resolve: async (_root, args, { app, access, client }) => ({
      recoveryCodes: await renewRecoveryCodes(app, access, client, args),
    }),
  }),
}));
