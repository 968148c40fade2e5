export { nameInMail } from './name-in-mail.ts';
export { type OutboxLetter, outboxLetters } from './outbox.ts';
export { isLocalOutbox, sendsMail, startMailPump } from './pump.ts';
export { type Letter, mailOwner, queueMail } from './queue.ts';
