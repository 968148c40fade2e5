export { accountPages } from './account.ts';
export { sendErrorPage } from './form-page.ts';
export { homePage } from './home.ts';
export { notFound } from './not-found.ts';
export { outboxPage } from './outbox.ts';
export { ownPath } from './own-path.ts';
export { secondStep } from './second-step.ts';
