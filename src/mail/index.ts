export { type Letter, queueMail } from './queue.ts';
