import type { ErrorCode } from '../errors.ts';
import type { ErrorHelp } from './help.ts';

const details = { host: 'git.example.com' };

/** What goes wrong while oCore reads a Git repository for a request. */
export const gitHelp = {
  invalid_signature: {
    title: 'The signature of the webhook is not right',
    happened:
      'What came as a webhook of a Git host was not signed with the webhook secret of the repository. Nothing of it was read. A repository that does not exist is answered in the same way.',
    todo: [
      'Compare the URL at the host with `webhookUrl` of the repository, and the host with its `provider`: each is asked for a signature of its own.',
      'Give the host the webhook secret of this repository. If nobody has it any more, make a new one.',
      '`details.header` is the header that counts, `details.reason` what is wrong with it: `missing`, `algorithm` (it must be HMAC-SHA256) or `mismatch`.',
      'A proxy must not change the body.',
    ],
    example: {
      message: 'The header X-Hub-Signature-256 does not fit the body and the webhook secret of this repository',
      details: { header: 'X-Hub-Signature-256', reason: 'mismatch' },
    },
  },
  git_unreachable: {
    title: 'The host of the Git repository cannot be reached',
    happened: 'No connection to the host was made, or it did not answer in time. Nothing was changed.',
    todo: [
      'Read `message`: it has the words of Git.',
      'Send the request again after a few seconds. If it happens again, check the URL, and that the host is reached from the machine of oCore: `git ls-remote URL`.',
    ],
    example: { message: 'git.example.com was not reached: Connection timed out', details },
  },
  git_access_denied: {
    title: 'The host of the Git repository refused access',
    happened:
      'The host answered, but it did not show the repository to the deploy key, to the token, or without credentials. Hosts do not tell a repository that does not exist from one that may not be seen.',
    todo: [
      'With a deploy key: add it to the repository at its host, for reading.',
      'With a token: send a new one that may read this repository.',
      'Check the URL.',
    ],
    example: { message: 'git.example.com: Permission denied (publickey)', details },
  },
  git_host_key_changed: {
    title: 'The host of the Git repository has other keys than before',
    happened: 'The host presented another key than the pinned ones. oCore ended the connection and sent nothing.',
    todo: [
      'Compare the fingerprint with the one that the host publishes.',
      'If they are the same, accept exactly this key. If they differ, find out which machine answers.',
    ],
    example: { message: 'git.example.com presented another host key than the pinned ones', details },
  },
  git_ref_not_found: {
    title: 'The Git repository has no such branch, tag, commit or file',
    happened: 'The repository was read, but what was asked for is not in it.',
    todo: ['Check the spelling, and that it was pushed.', 'A commit that no branch or tag reaches is not given out.'],
    example: { message: 'The repository has no commit 3f1c9ab2', details },
  },
  git_too_large: {
    title: 'The Git repository is too large',
    happened: 'The repository is larger than oCore takes, so it stopped reading. Nothing was changed.',
    todo: [
      'Remove large files, such as dumps or videos, from the branch.',
      'Keep addons in a repository of their own.',
    ],
    example: { message: 'The repository is larger than 2048 MiB', details },
  },
  git_refused: {
    title: 'oCore refuses what the Git repository asks for',
    happened: 'The repository, or a submodule of it, leads to a place that oCore does not go to, or is not sound.',
    todo: [
      'Read `message`: it names what was refused.',
      'Use a public address, or ask the operator to allow the network.',
      'Correct the submodule, the link or the name of the file in the repository.',
    ],
    example: { message: 'The operator of this installation does not allow connections to git.example.com', details },
  },
} satisfies Partial<Record<ErrorCode, ErrorHelp>>;
