export { unlinkAccount } from '../../accounts/provider-accounts.ts';
export { beginLink, beginOauth, linkAsked, linkUrl, programInput } from './begin.ts';
export { exchangeInput, exchangeOauthCode, finishOauth, type OauthEnd } from '../../accounts/finish-oauth.ts';
export { oauthProviders } from './providers.ts';
