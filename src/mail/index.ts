export { type Letter, mailOwner, queueMail } from './queue.ts';
