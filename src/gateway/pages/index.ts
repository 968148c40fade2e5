export { accountPages } from './account.ts';
export { type FormPage, formPages, sendErrorPage } from './form-page.ts';
export { outboxPage } from './outbox.ts';
export { html, type Page, sendPage } from './page.ts';
