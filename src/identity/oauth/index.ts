export { beginLink, beginOauth, callbackUrl, linkAsked, linkUrl, nonceOf, programInput } from './begin.ts';
export { hasPassword, listConnectedAccounts } from './connected.ts';
export { oauthProviders, type Profile, type Provider, requireProvider } from './providers.ts';
