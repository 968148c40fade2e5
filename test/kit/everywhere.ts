import { Destinations } from '../../src/remote/index.ts';

const none = { ranges: [], own: false };

/** Connections may lead anywhere, as where an operator denies nothing. */
export const everywhere = new Destinations({ denied: none, allowed: none });
