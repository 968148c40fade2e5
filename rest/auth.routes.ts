import { z } from 'zod';
import { confirmSignUpInput, oauthExchangeInput, signUpInput } from '../src/accounts/index.ts';
import { beginPasskeyLoginInput, finishPasskeyLoginInput, forgotPasswordInput, loginInput, oauthProgramInput, passwordInput, refreshInput, resetPasswordInput, secondFactorInput, verifyInput } from '../src/identity/index.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const signIn = 'accessToken refreshToken csrfToken expiresIn user { id email emailVerified name isAdmin createdAt } organizations { id name slug createdAt }';

const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/auth/signup',
    category: 'Authentication',
    summary: 'Create an account with its first organization',
    document: `mutation ($input: SignUpInput!) { register(input: $input) { session { ${signIn} } } }`,
    answer: { as: 'session', key: 'session', message: 'If an account can be created for this address, an e-mail with a link has been sent' },
    errors: ['forbidden', 'not_found', 'setup_token_required', 'quota_exceeded'],
  },
  { method: 'post', path: '/auth/signup/confirm', category: 'Authentication', summary: 'Create the account of a confirmation e-mail', document: `mutation ($input: ConfirmSignUpInput!) { confirmSignUp(input: $input) { ${signIn} } }`, answer: { as: 'object', status: 201 }, errors: ['forbidden', 'quota_exceeded'] },
  { method: 'post', path: '/auth/login', category: 'Authentication', summary: 'Sign in', document: `mutation ($input: LoginInput!) { login(input: $input) { requiresTOTP partialToken ${signIn} } }`, answer: { as: 'object' }, errors: ['invalid_credentials'] },
  {
    method: 'post',
    path: '/auth/login/2fa',
    category: 'Authentication',
    summary: 'Complete the second step of a sign-in',
    document: `mutation ($input: LoginSecondFactorInput!) { loginSecondFactor(input: $input) { ${signIn} } }`,
    answer: { as: 'object' },
    errors: ['invalid_credentials', 'unauthenticated', 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/auth/passkey/login/begin',
    category: 'Authentication',
    summary: 'Start a sign-in with a passkey',
    document: 'mutation ($email: String, $partialToken: String) { beginPasskeyLogin(email: $email, partialToken: $partialToken) { publicKey } }',
    body: ['email', 'partialToken'],
    answer: { as: 'object' },
    errors: ['unauthenticated', 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/auth/passkey/login/finish',
    category: 'Authentication',
    summary: 'Sign in with a passkey',
    document: `mutation ($input: JSON!, $email: String) { finishPasskeyLogin(response: $input, email: $email) { ${signIn} } }`,
    answer: { as: 'object' },
    errors: ['invalid_credentials', 'unauthenticated', 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/auth/refresh',
    category: 'Authentication',
    summary: 'Exchange the refresh token for new tokens',
    document: `mutation ($refreshToken: String) { refreshToken(refreshToken: $refreshToken) { ${signIn} } }`,
    body: ['refreshToken'],
    answer: { as: 'object' },
    errors: ['unauthenticated', 'refresh_in_progress'],
  },
  { method: 'post', path: '/auth/logout', category: 'Authentication', summary: 'End the session', document: 'mutation { logout }', answer: { as: 'message', message: 'Signed out' }, errors: ['unauthenticated', 'token_expired', 'forbidden'] },
  { method: 'post', path: '/auth/verify-email', category: 'Authentication', summary: 'Verify the e-mail address', document: 'mutation ($token: String!) { verifyEmail(token: $token) }', body: ['token'], answer: { as: 'message', message: 'The e-mail address is verified' } },
  { method: 'post', path: '/auth/resend-verification', category: 'Authentication', summary: 'Resend the verification e-mail', document: 'mutation { resendVerification }', answer: { as: 'message', message: 'The e-mail has been sent' } },
  { method: 'post', path: '/auth/forgot-password', category: 'Authentication', summary: 'Request a password reset', document: 'mutation ($email: String!) { forgotPassword(email: $email) }', body: ['email'], answer: { as: 'message', message: 'If an account with this e-mail address exists, an e-mail has been sent' } },
  { method: 'post', path: '/auth/reset-password', category: 'Authentication', summary: 'Set a new password with the token from the e-mail', document: 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) }', answer: { as: 'message', message: 'The password is set; sign in with it' } },
  { method: 'get', path: '/auth/providers', category: 'Authentication', summary: 'List the sign-in providers', document: '{ authProviders { name title } }', answer: { as: 'whole', key: 'providers' } },
  {
    method: 'get',
    path: '/auth/oauth/{provider}',
    category: 'Authentication',
    summary: 'Start a sign-in with a provider, or connect its account',
    document: 'mutation ($provider: String!, $flow: String, $redirectUri: String, $codeChallenge: String) { beginOAuth(provider: $provider, flow: $flow, redirectUri: $redirectUri, codeChallenge: $codeChallenge) { url } }',
    answer: { as: 'redirect' },
    errors: ['unauthenticated', 'token_expired', 'reauthentication_required', 'forbidden'],
  },
  {
    method: 'post',
    path: '/auth/oauth/{provider}/link',
    category: 'Authentication',
    summary: "Get the URL for a browser to connect a provider's account",
    document: 'mutation ($provider: String!, $password: String) { linkOAuth(provider: $provider, password: $password) { url } }',
    body: ['password'],
    answer: { as: 'object' },
    errors: ['reauthentication_required', 'invalid_credentials'],
  },
  { method: 'post', path: '/auth/oauth/exchange', category: 'Authentication', summary: 'Exchange a program’s code for a session', document: `mutation ($input: OAuthExchangeInput!) { exchangeOAuthCode(input: $input) { partialToken session { ${signIn} } } }`, answer: { as: 'object' }, errors: ['unauthenticated'] },
];

const examples: Examples = {
  '/auth/oauth/{provider}': 'github',
  // A signature is of no use without its session: this one is of none.
  accessToken:
    'eyJhbGciOiJFZERTQSIsImtpZCI6Ijdod3RVemxLVGhPeThtaUNtZ3hBcllWTWFRUm4wMXBWTFB0b0V0M3BFZ2siLCJ0eXAiOiJhdCtqd3QifQ.eyJzaWQiOiIwMTk3YTFmMC01YzFlLTdiNmEtOWQ1NS0zZjJhOGM0MWUwYjciLCJzdWIiOiIwMTk3YTFlOC0yZjRkLTdjMzEtOGE1Mi02YjBmOWQ3ZTRjMTAiLCJpc3MiOiJvY29yZSIsImF1ZCI6Im9jb3JlLWFwaSIsImlhdCI6MTc5NTUxMjYwMCwiZXhwIjoxNzk1NTE2MjAwfQ.-cmUMZgSS4TrRIyTrzKf0jMihZQZbL5fh_DbY2HsJr1ImpOedHc7ysHLFbkDUP62u_MfOS7nYtsQ7OqxHV8_5g',
  refreshToken: 'ocore_r_Q_mdP6I-tYVw7rcGAmGnVm5qTewsbY-G5eY3P_DBGWM',
  csrfToken: null,
  expiresIn: 3600,
  // Nobody has read a letter to this address yet.
  'register.user': { id: ids.user, email: 'ada@example.com', emailVerified: false, name: 'Ada Lovelace', isAdmin: false, createdAt: '2026-11-24T09:30:00.000Z' },
  'SignUpInput.name': 'Ada Lovelace',
  organizationName: 'Example Manufacturing',
  organizationSlug: 'example-mfg',
  invitationToken: null,
  setupToken: null,
  confirmationSent: false,
  'ConfirmSignUpInput.token': 'ocore_t_y6h-l_FZpE32CRWe-7dba3n5MGNsNAcMmQguNelxLL8',
  'ConfirmSignUpInput.name': 'Ada Lovelace',
  'verifyEmail.token': 'ocore_t_YD5o3KLn1dl5FSeOpzlcP1rul4PevizBWo9cWuoa30I',
  'ResetPasswordInput.token': 'ocore_t_ZmAO-I6iwrEfuPjh8DEjlDH2_LgdBvb8uPdSrFEVnXU',
  requiresTOTP: false,
  partialToken: null,
  'LoginSecondFactorInput.partialToken': 'ocore_t_aIxnNOue3AHUZsbZwBTjbc09_jVjg0LY8jjhQO67Juk',
  'finishPasskeyLogin.response': {
    id: 'YIpIpvFV7ktnNB7T7TKilg',
    rawId: 'YIpIpvFV7ktnNB7T7TKilg',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0', authenticatorData: 'SZYN5YgO', signature: 'MEUCIQD', userHandle: null },
  },
  'PasskeyOptions.publicKey': {
    rpId: 'ocore.example.com',
    challenge: 'b2NvcmVfdF9hSXhuTk91ZTNBSFVac2Jad0JUamJjMDlfalZqZzBMWThqamhRTzY3SnVr',
    timeout: 300_000,
    userVerification: 'required',
    allowCredentials: [{ id: 'YIpIpvFV7ktnNB7T7TKilg', transports: ['internal'], type: 'public-key' }],
  },
  'AuthProvider.name': 'github',
  'AuthProvider.title': 'GitHub',
  flow: 'login',
  redirectUri: 'http://127.0.0.1:8910/signed-in',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  'OAuthExchangeInput.code': 'ocore_t_aIxnNOue3AHUZsbZwBTjbc09_jVjg0LY8jjhQO67Juk',
  'BrowserAddress.url': 'https://ocore.example.com/connect-account?token=ocore_t_YD5o3KLn1dl5FSeOpzlcP1rul4PevizBWo9cWuoa30I',
};

const parsers: Parsers = {
  ConfirmSignUpInput: confirmSignUpInput,
  LoginInput: loginInput,
  LoginSecondFactorInput: secondFactorInput,
  OAuthExchangeInput: oauthExchangeInput,
  ResetPasswordInput: resetPasswordInput,
  SignUpInput: signUpInput,
  beginOAuth: oauthProgramInput.extend({ flow: z.string().regex(/^(login|link)$/) }),
  beginPasskeyLogin: beginPasskeyLoginInput,
  finishPasskeyLogin: finishPasskeyLoginInput,
  forgotPassword: forgotPasswordInput,
  linkOAuth: passwordInput,
  refreshToken: refreshInput,
  verifyEmail: verifyInput,
};

export default { routes, examples, parsers } satisfies Category;
