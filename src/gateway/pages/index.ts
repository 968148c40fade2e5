export { accountPages } from './account.ts';
export { type FormPage, formOf, formPages, sendErrorPage } from './form-page.ts';
export { outboxPage } from './outbox.ts';
export { secondStepPage } from './second-step.ts';
export { html, type Page, sendPage } from './page.ts';
