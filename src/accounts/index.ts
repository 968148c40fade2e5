export { accountsFeature } from './feature.ts';
export { startAccountRequests } from './account-requests.ts';
export { confirmSignUp, confirmSignUpInput } from './confirm-sign-up.ts';
export { deleteAccount, input as deleteAccountInput } from './delete-account.ts';
export { exchangeInput as oauthExchangeInput, exchangeOauthCode, finishOauth, type OauthEnd } from './finish-oauth.ts';
export { unlinkAccount } from './provider-accounts.ts';
export { announceSetup, needsSetupToken } from './setup.ts';
export { register, signUp, signUpInput } from './sign-up.ts';
