export { deleteAccount, input as deleteAccountInput } from './delete-account.ts';
export { exchangeInput as oauthExchangeInput, exchangeOauthCode, finishOauth, type OauthEnd } from './finish-oauth.ts';
export { unlinkAccount } from './provider-accounts.ts';
export { signUp, signUpInput } from './sign-up.ts';
