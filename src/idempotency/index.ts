export { forgetOld } from './forget.ts';
export { type Asked, type KeptAnswer, once } from './once.ts';
