import { StepError } from '../operations/kind.ts';
import type { ResticOutput } from './restic-output.ts';

const full = /no space left on device|storagefull|quota ?exceeded|disk quota|insufficient ?(?:storage|space)/i;

export const exit = { failed: 1, incomplete: 3, noRepository: 10, locked: 11, wrongPassword: 12 } as const;

/** What the user is told of a run of restic that did not end well. Exit codes that are not known are failures. */
export function resticProblem(
  output: Pick<ResticOutput, 'code' | 'errors' | 'unreadable'>,
  outOfMemory: boolean,
): StepError {
  const said = output.errors.slice(-3).join('\n').slice(0, 1500) || 'no reason given';
  if (outOfMemory)
    return new StepError(
      'restic_failed',
      'restic was ended by the kernel because it needed more than 1 GiB of memory',
      'The repository is very large: use another destination for new backups, or let retention delete old ones.',
    );
  switch (output.code) {
    case exit.incomplete:
      return new StepError(
        'snapshot_incomplete',
        `restic could not read everything, so the snapshot is not complete: ${output.unreadable.slice(0, 5).join(', ') || said}`,
        'Correct the permissions or the disk of the server, then take another backup.',
      );
    case exit.noRepository:
      return new StepError(
        'repository_missing',
        `The repository is no longer at its destination: ${said}`,
        'Bring the files back, or use another destination. oCore does not make a new one in its place.',
      );
    case exit.locked:
      return new StepError(
        'repository_locked',
        `The repository is locked by somebody else: ${said}`,
        'Wait until the other program has ended. A lock that nobody refreshes counts for nothing after 30 minutes.',
      );
    case exit.wrongPassword:
      return new StepError(
        'repository_password_wrong',
        'The repository does not open with the password that oCore has for it',
        'Its password was changed or its keys were removed. Add the exported password again with restic key add.',
      );
    default:
      return full.test(said)
        ? new StepError('destination_full', `The destination is full: ${said}`, 'Free space there, or delete backups.')
        : new StepError(
            'restic_failed',
            `restic ended with exit code ${output.code}: ${said}`,
            'Test the destination.',
          );
  }
}
