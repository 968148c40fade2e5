import type { Route } from './route.ts';

const signIn = 'accessToken refreshToken expiresIn user { id email name isAdmin createdAt } organizations { id name slug createdAt }';

export const authRoutes: readonly Route[] = [
  { method: 'post', path: '/auth/signup', category: 'Authentication', summary: 'Create an account with its first organization', document: `mutation ($input: SignUpInput!) { signUp(input: $input) { ${signIn} } }`, answer: { as: 'object', status: 201 }, errors: ['forbidden', 'not_found'] },
  { method: 'post', path: '/auth/login', category: 'Authentication', summary: 'Sign in', document: `mutation ($input: LoginInput!) { login(input: $input) { requiresTOTP partialToken ${signIn} } }`, answer: { as: 'object' }, errors: ['invalid_credentials'] },
  { method: 'post', path: '/auth/login/2fa', category: 'Authentication', summary: 'Sign in: the second step', document: `mutation ($input: LoginSecondFactorInput!) { loginSecondFactor(input: $input) { ${signIn} } }`, answer: { as: 'object' }, errors: ['invalid_credentials', 'unauthenticated'] },
  { method: 'post', path: '/auth/passkey/login/begin', category: 'Authentication', summary: 'Begin to sign in with a passkey', document: 'mutation ($email: String, $partialToken: String) { beginPasskeyLogin(email: $email, partialToken: $partialToken) { publicKey } }', body: ['email', 'partialToken'], answer: { as: 'object' }, errors: ['unauthenticated'] },
  { method: 'post', path: '/auth/passkey/login/finish', category: 'Authentication', summary: 'Sign in with a passkey', document: `mutation ($input: JSON!, $email: String) { finishPasskeyLogin(response: $input, email: $email) { ${signIn} } }`, answer: { as: 'object' }, errors: ['invalid_credentials', 'unauthenticated'] },
  { method: 'post', path: '/auth/refresh', category: 'Authentication', summary: 'Trade the refresh token for a new pair', document: `mutation ($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { ${signIn} } }`, body: ['refreshToken'], answer: { as: 'object' }, errors: ['unauthenticated'] },
  { method: 'post', path: '/auth/logout', category: 'Authentication', summary: 'End the session', document: 'mutation { logout }', answer: { as: 'message', message: 'Signed out' } },
];
