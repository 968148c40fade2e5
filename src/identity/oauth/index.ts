export { unlinkAccount } from './accounts.ts';
export { beginLink, beginOauth, linkAsked, linkUrl, programInput } from './begin.ts';
export { exchangeInput, exchangeOauthCode, finishOauth, type OauthEnd } from './finish.ts';
export { oauthProviders } from './providers.ts';
