import type { Response } from 'express';

/** When a slow client has taken what was sent, or has gone. */
export function writable(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    if (response.closed) resolve();
    else response.on('drain', done).on('close', done);
  });
}
