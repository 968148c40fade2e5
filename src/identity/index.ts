export type { Client } from './client.ts';
export { login } from './login.ts';
export { signingKeyOwner, totpOwner } from './sealed.ts';
export { logout, refresh, type SignIn } from './sessions.ts';
export { signUp } from './sign-up.ts';
export { loadSigningKeys } from './signing-keys.ts';
export { AccessTokens } from './tokens.ts';
