export { type Delivery, type Headers, mostBytes, type Push, type PushSender } from './delivery.ts';
export { readDelivery } from './read.ts';
