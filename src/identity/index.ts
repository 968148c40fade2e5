export { recordAccountFact } from './audit.ts';
export type { Client } from './client.ts';
export { emailSchema, newPassword, personName } from './fields.ts';
export { login } from './login.ts';
export { hashPassword } from './passwords.ts';
export { endSessions, logout, refresh, type SignIn } from './sessions.ts';
export { signUp } from './sign-up.ts';
export { loadSigningKeys } from './signing-keys.ts';
export { AccessTokens } from './tokens.ts';
