import { StepError } from '../operations/kind.ts';

const gib = 1024 ** 3;

/** That a server has too little space for what is to be written there. */
export function noSpace(needed: number, free: number, what = 'the dump of the database'): StepError {
  const inGib = (bytes: number): string => (bytes / gib).toFixed(2);
  return new StepError(
    'disk_space',
    `The server has ${inGib(free)} GiB free where Docker keeps its volumes; ${what} needs ${inGib(needed)} GiB`,
    'Free space on the server, then try again.',
  );
}
