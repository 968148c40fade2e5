import { login, logout, refresh, type SignIn, signUp } from '../src/identity/index.ts';
import { builder } from './builder.ts';
import { Organization } from './organization.ts';
import { User } from './user.ts';

const SignInPayload = builder.objectRef<SignIn>('SignInPayload').implement({
  description: 'The tokens of a new session.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', { description: 'Send it as `Authorization: Bearer <token>`.' }),
    refreshToken: t.exposeString('refreshToken', { description: 'Good once, for a new pair of tokens.' }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until the access token ends.' }),
    user: t.prismaField({ type: User, description: 'Who signed in.', resolve: (query, parent, _args, { app }) => app.db.prisma.user.findUniqueOrThrow({ ...query, where: { id: parent.user.id } }) }),
    organizations: t.prismaField({
      type: [Organization],
      description: 'The organizations that the user belongs to.',
      resolve: (query, parent, _args, { app }) => app.db.prisma.organization.findMany({ ...query, where: { memberships: { some: { userId: parent.user.id } } }, orderBy: { id: 'asc' } }),
    }),
  }),
});

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new account with its first organization.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address; it becomes the login.' }),
    password: t.string({ required: true, description: 'At least 8 characters with a letter and a number.' }),
    name: t.string({ required: true, description: 'The name that others see, up to 100 characters.' }),
    organizationName: t.string({ description: 'The name of the first organization, 2 to 100 characters. Default: made from the name.' }),
    organizationSlug: t.string({ description: 'Its slug, 3 to 50 lower-case letters, digits and hyphens. Default: made from its name.' }),
  }),
});
const LoginInput = builder.inputType('LoginInput', {
  description: 'The credentials of an account.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The e-mail address.' }),
    password: t.string({ required: true, description: 'The password.' }),
  }),
});

builder.mutationFields((t) => ({
  signUp: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Creates an account with its first organization, whose Owner it becomes, and signs it in.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, { app, tokens, client }) => signUp(app, tokens, client, input),
  }),
  login: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Signs in with e-mail address and password.',
    args: { input: t.arg({ type: LoginInput, required: true, description: 'The credentials.' }) },
    resolve: (_root, { input }, { app, tokens, client }) => login(app, tokens, client, input),
  }),
  refreshToken: t.field({
    type: SignInPayload, authScopes: { public: true }, description: 'Trades a refresh token for a new pair. A token that was traded before ends the whole session.',
    args: { refreshToken: t.arg.string({ required: true, description: 'The newest refresh token.' }) },
    resolve: (_root, args, { app, tokens, client }) => refresh(app, tokens, client, args.refreshToken),
  }),
  logout: t.boolean({
    authScopes: { signedIn: true }, description: 'Ends this session at once, for every process.',
    resolve: async (_root, _args, { app, access, client }) => {
      if (access.sessionId) await logout(app, access.sessionId, client);
      return true;
    },
  }),
}));

