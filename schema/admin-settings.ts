import { requireActor } from '../src/access/access.ts';
import { changeSettings, type InstallationSettings, readSettings } from '../src/identity/index.ts';
import { builder } from './builder.ts';

const Settings = builder.objectRef<InstallationSettings>('InstallationSettings').implement({
  description: 'The settings of this installation that the administrator can change at runtime.',
  fields: (t) => ({
    signupOpen: t.exposeBoolean('signupOpen', {
      description: 'Whether anyone may sign up. With closed sign-up, people with an invitation can still sign up.',
    }),
    signupOpenIsSet: t.exposeBoolean('signupOpenIsSet', {
      description: 'Whether the administrator has set this; otherwise the environment variable `SIGNUP_OPEN` applies.',
    }),
  }),
});

const SettingsInput = builder.inputType('InstallationSettingsInput', {
  description: 'The settings to change. Absent fields keep their value.',
  fields: (t) => ({
    signupOpen: t.boolean({
      description: 'Whether anyone may sign up; null restores the value of the environment variable.',
    }),
  }),
});

builder.queryField('installationSettings', (t) =>
  t.field({
    type: Settings,
    authScopes: { admin: true },
    description: 'The settings of this installation.',
    resolve: (_root, _args, { app }) => readSettings(app.db.prisma, app),
  }),
);
builder.mutationField('updateInstallationSettings', (t) =>
  t.field({
    type: Settings,
    authScopes: { admin: true },
    description: 'Changes settings of this installation. They apply at once in every process.',
    args: { input: t.arg({ type: SettingsInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, { app, access, client }) => changeSettings(app, requireActor(access), client, input),
  }),
);
