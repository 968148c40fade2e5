export { Browser, type DeliveredSignIn, isOwnOrigin } from './browser.ts';
export type { Client } from './client.ts';
export { readCookies } from './cookies.ts';
export { isCsrfToken } from './csrf.ts';
export { login } from './login.ts';
export { logout, refresh, sessionOfRefreshToken, type SignIn } from './sessions.ts';
export { signUp } from './sign-up.ts';
export { rotateSigningKey, SigningKeys } from './signing-keys.ts';
export { AccessTokens } from './tokens.ts';
