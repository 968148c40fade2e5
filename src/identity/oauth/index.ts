export { beginLink, beginOauth, callbackUrl, linkAsked, linkUrl, nonceOf, programInput } from './begin.ts';
export { oauthProviders, type Profile, type Provider, requireProvider } from './providers.ts';
