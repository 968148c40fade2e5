export { unlinkAccount } from './accounts.ts';
export { beginLink, beginOauth, linkAsked, linkUrl } from './begin.ts';
export { exchangeOauthCode, finishOauth, type OauthEnd } from './finish.ts';
export { oauthProviders } from './providers.ts';
