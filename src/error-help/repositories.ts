import type { OperationErrorHelp } from './help.ts';

/** What goes wrong between oCore and the host of a Git repository. */
export const repositoryHelp = {
  git_unreachable: {
    title: 'The host of the Git repository cannot be reached',
    happened: 'No connection to the host was made, or it did not answer in time. oCore tried several times.',
    causes: [
      'The name in the URL does not exist, or its port is wrong.',
      'The Git server does not run, or its certificate is not valid.',
      'A firewall drops connections from the address of the oCore worker.',
    ],
    todo: [
      'From the machine of the worker, run `git ls-remote URL`.',
      'Correct the URL with `PATCH /api/repositories/{id}`, or open the firewall.',
      'Then validate again: `POST /api/repositories/{id}/validate`.',
    ],
    message: 'git.example.com was not reached: Connection timed out',
    hint: 'Check the URL, that its host is up, and that no firewall is between it and the oCore worker.',
  },
  git_access_denied: {
    title: 'The host of the Git repository refused access',
    happened:
      'The host answered, but it did not show the repository to the deploy key, to the token, or without credentials.',
    causes: [
      'The deploy key was not added to the repository, or was removed there.',
      'The token is wrong, expired or revoked, or may not read this repository.',
      'The repository does not exist: hosts do not tell that from one that may not be seen.',
    ],
    todo: [
      'With a deploy key: add `deployKey` of the repository at its host, for reading. See [Repositories](/docs/guides/repositories).',
      'With a token: send a new one with `PATCH /api/repositories/{id}`.',
      'Then validate again: `POST /api/repositories/{id}/validate`.',
    ],
    message: 'git@github.com: Permission denied (publickey)',
    hint: 'Add the deploy key at the host of the repository, or send another token, and check the URL.',
  },
  git_host_key_changed: {
    title: 'The host of the Git repository has other keys than before',
    happened: 'The host presented other keys than the pinned ones. oCore ended the connection and read nothing.',
    causes: [
      'The host was installed again, or renewed its keys.',
      'Another machine has the address now.',
      'Somebody intercepts the connection.',
    ],
    todo: [
      'Compare `presentedHostKeys` of the repository with what the host publishes: GitHub, GitLab and Bitbucket list their fingerprints; on a server of your own, run `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`.',
      'If they are the same, accept exactly that key: `POST /api/repositories/{id}/host-key`.',
      'If they differ, do not accept it: find out which machine answers.',
    ],
    message: 'git.example.com presented other host keys than the pinned ones: ssh-ed25519 SHA256:Qx2…',
    hint: 'Compare presentedHostKeys with what the host publishes, and accept the key if it is right. Otherwise, someone may be intercepting the connection.',
  },
  git_ref_not_found: {
    title: 'The Git repository has no such branch, tag or commit',
    happened: 'The repository was read, but what was asked for is not in it.',
    causes: [
      'The branch was renamed or deleted, or never pushed.',
      'The repository is empty.',
      'The commit is not reachable from any branch or tag any more.',
    ],
    todo: [
      'See which branches there are: `POST /api/repositories/{id}/sync`, then `GET /api/repositories/{id}/branches`.',
      'Choose another one with `PATCH /api/repositories/{id}`, or push it.',
    ],
    message: 'The repository has no branch main; its default branch is 19.0',
    hint: 'Choose a branch that the repository has, or push it.',
  },
  git_too_large: {
    title: 'The Git repository is too large',
    happened: 'The host sent more than oCore takes, and oCore ended the connection.',
    causes: [
      'The repository contains large files, such as database dumps or videos.',
      'It has more branches and tags than a repository of addons has.',
    ],
    todo: [
      'Remove large files from the branch; a new branch without their history is enough.',
      'Keep addons in a repository of their own.',
    ],
    message: 'The repository has more branches and tags than can be read (64 MiB)',
    hint: 'Use a smaller repository, or remove large files from its history.',
  },
  git_refused: {
    title: 'oCore refuses what the Git repository asks for',
    happened: 'The repository, or a submodule of it, leads to a place that oCore does not go to.',
    causes: [
      'Its host leads to an internal address.',
      'A submodule has a URL that is neither SSH nor HTTPS.',
      'A link in the repository leads out of it.',
    ],
    todo: [
      'Read `message`: it names what was refused.',
      'The operator can allow an internal network with `SERVER_NETWORKS_ALLOWED`.',
      'Correct the submodule or the link in the repository.',
    ],
    message: 'The operator of this installation does not allow connections to git.example.com',
    hint: 'Read the message: it names what was refused.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
