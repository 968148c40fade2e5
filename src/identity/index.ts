export type { Client } from './client.ts';
export { login, loginInput } from './login.ts';
export { logout, refresh, type SignIn } from './sessions.ts';
export { signUp, signUpInput } from './sign-up.ts';
export { loadSigningKeys } from './signing-keys.ts';
export { AccessTokens } from './tokens.ts';
