export { cloneEnvironment, cloneInstance } from './clone.ts';
export { clonesFeature } from './feature.ts';
export { cloneInput } from './fields.ts';
export { type CaughtMail, type CaughtMailContent, deleteCaughtMails, getCaughtMail, listCaughtMails } from './inbox.ts';
export { neutralise, noMailHost } from './neutralise.ts';
export { getInstanceClone } from './rows.ts';
