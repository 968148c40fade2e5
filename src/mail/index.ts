export { nameInMail, oneLine } from './name-in-mail.ts';
export { type OutboxLetter, outboxLetters } from './outbox.ts';
export { isLocalOutbox, startMailPump } from './pump.ts';
export { sendTestMail } from './test-mail.ts';
export { sendsMail } from './transport.ts';
export { type Letter, mailOwner, queueMail } from './queue.ts';
