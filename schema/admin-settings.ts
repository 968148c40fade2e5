import { requireActor } from '../src/access/access.ts';
import { changeSettings, type InstallationSettings, readSettings } from '../src/identity/index.ts';
import { builder } from './builder.ts';

const Settings = builder.objectRef<InstallationSettings>('InstallationSettings').implement({
  description: 'What the administrator decides about this installation while it runs.',
  fields: (t) => ({
    signupOpen: t.exposeBoolean('signupOpen', { description: 'Whether anyone may sign up. Where it is closed, an invitation still lets in.' }),
    signupOpenIsSet: t.exposeBoolean('signupOpenIsSet', { description: 'Whether the administrator decided that; else `SIGNUP_OPEN` of the environment holds.' }),
  }),
});

const SettingsInput = builder.inputType('InstallationSettingsInput', {
  description: 'The settings to change; what is left out stays.',
  fields: (t) => ({ signupOpen: t.boolean({ description: 'Whether anyone may sign up; null goes back to what the environment says.' }) }),
});

builder.queryField('installationSettings', (t) => t.field({
  type: Settings, authScopes: { admin: true }, description: 'The settings of this installation.',
  resolve: (_root, _args, { app }) => readSettings(app.db.prisma, app),
}));
builder.mutationField('updateInstallationSettings', (t) => t.field({
  type: Settings, authScopes: { admin: true }, description: 'Changes settings of this installation; they count at once, on every process.',
  args: { input: t.arg({ type: SettingsInput, required: true, description: 'The changes.' }) },
  resolve: (_root, { input }, { app, access, client }) => changeSettings(app, requireActor(access), client, input),
}));
