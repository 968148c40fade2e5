import type { ErrorCode } from '../errors.ts';
import type { ErrorHelp } from './help.ts';

/** Who may not do something, or not yet, or not there. */
export const accessHelp = {
  email_not_verified: {
    title: 'The e-mail address is not verified',
    happened: 'This installation requires a verified e-mail address to work in organizations. Nothing was changed.',
    todo: [
      'Open the link in the e-mail that you received after sign-up.',
      'Request a new e-mail with `POST /api/auth/resend-verification`.',
    ],
    example: {
      message: 'Verify your e-mail address first: open the link in the e-mail, or request a new one',
      details: {},
    },
  },
  refresh_in_progress: {
    title: 'Another tab has just renewed the session',
    happened:
      'Two tabs of one browser renewed the session at the same time. The other tab was first, and the browser already has its cookies.',
    todo: ['Send your original request again. The browser sends the new cookie with it.'],
    example: { message: 'Another tab has just renewed the session; use its cookie', details: {} },
  },
  unauthenticated: {
    title: 'Authentication is required',
    happened: 'The request has no valid credentials, or its session or token has expired.',
    todo: [
      'Send `Authorization: Bearer <access token>`.',
      'Sign in again with `POST /api/auth/login` if the session has ended.',
      'A refresh token can be used once. Using an old one ends the session, because someone else may have a copy.',
    ],
    example: { message: 'Sign in first: send Authorization: Bearer <token>', details: {} },
  },
  not_while_impersonating: {
    title: 'Not on behalf of somebody else',
    happened:
      'You are an administrator who works on behalf of a user. What belongs to the user alone (the password, the second factor, the e-mail address, sessions, API keys, the account) stays with the user.',
    todo: ['Ask the user to do it.', 'End the impersonation with `DELETE /api/user/impersonation`.'],
    example: { message: 'You cannot do this on behalf of somebody else', details: { actor: 'person' } },
  },
  organization_deactivated: {
    title: 'The organization is deactivated',
    happened:
      'The administrator of this installation deactivated the organization. Its servers and instances keep running and everything can be read, but nothing can be changed.',
    todo: ['Ask the administrator of the installation to reactivate it.'],
    example: {
      message:
        'The organization is deactivated: it can be read, not changed; ask the administrator of this installation',
      details: { organization: 'acme' },
    },
  },
  invalid_credentials: {
    title: 'The credentials are wrong',
    happened:
      'The e-mail address or the password is wrong. The response does not state which, so that it does not reveal who has an account.',
    todo: ['Check the address, the password and the keyboard layout.'],
    example: { message: 'The e-mail address or the password is wrong', details: {} },
  },
  token_expired: {
    title: 'The access token has expired',
    happened: 'Access tokens are valid for one hour, unless the operator of this installation configured another time.',
    todo: ['Get new tokens with `POST /api/auth/refresh` and your latest refresh token, then repeat the request.'],
    example: { message: 'The access token has expired; get a new one with the refresh token', details: {} },
  },
  reauthentication_required: {
    title: 'Sign in again',
    happened:
      'Your session is too old: the organization limits the length of sessions, or the change affects the security of your account.',
    todo: ['Sign in again and repeat the request with the new access token.'],
    example: {
      message: 'This organization limits the length of sessions; sign in again',
      details: { limit: 'session_length' },
    },
  },
  forbidden: {
    title: 'You may not do this',
    happened: 'You are signed in, but your role does not have the required permission.',
    todo: [
      '`details.permission` names the permission.',
      'Ask an Owner or Admin of the organization for a role that has it.',
    ],
    example: { message: 'This needs the permission manage:servers', details: { permission: 'manage:servers' } },
  },
  two_factor_required: {
    title: 'A second factor is required',
    happened:
      'The organization, or the administration of this installation, requires sessions that were opened with a second factor or a passkey, and yours was not.',
    todo: [
      'Set up an authenticator app with `POST /api/user/totp/setup` and `POST /api/user/totp/enable`, or a passkey.',
      'Sign in again with it and repeat the request with the new access token.',
    ],
    example: { message: 'This organization requires signing in with a passkey', details: { method: 'passkey' } },
  },
  setup_token_required: {
    title: 'The first account needs the setup token',
    happened:
      'This installation has no account yet and is reachable from outside. The first account becomes its administrator, so only its operator may create it.',
    todo: [
      'Sign up with `setupToken`: the gateway prints it in its log at startup, or it is the value of `OCORE_SETUP_TOKEN`.',
      'The first account signs up with a password. Providers such as GitHub can be connected later.',
    ],
    example: {
      message: 'The first account of this installation needs the setup token that its log prints at startup',
      details: { field: 'setupToken', constraint: 'required' },
    },
  },
  destination_denied: {
    title: 'The address is not permitted',
    happened:
      'The operator of this installation does not allow connections to the network of this host. Nothing was changed.',
    todo: [
      'Use the public address of the server.',
      'Ask the operator to allow the network: `SERVER_NETWORKS_ALLOWED`.',
    ],
    example: {
      message: 'host: the operator of this installation does not allow connections to this address',
      details: { field: 'host', constraint: 'destination' },
    },
  },
} satisfies Partial<Record<ErrorCode, ErrorHelp>>;
