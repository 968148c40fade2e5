import type { OperationErrorHelp } from './help.ts';

/** What goes wrong with snapshots, their repositories and their destinations. */
export const backupHelp = {
  dump_failed: {
    title: 'The database could not be dumped',
    happened: 'pg_dump did not end well, or its dump does not have the rows that the database has.',
    causes: [
      'PostgreSQL was stopped or restarted meanwhile, or ended for lack of memory.',
      'Another session held a lock on a table for more than ten minutes, as an upgrade of a module does.',
      'The disk of the server is full or damaged.',
    ],
    todo: [
      'Read `message`: it has the last lines of pg_dump.',
      'Read the log of PostgreSQL: `GET /api/instances/{id}/logs?source=postgres`.',
      'Take another backup.',
    ],
    message: 'The database could not be dumped (exit code 77): pg_dump ended with exit code 137',
    hint: 'Read the PostgreSQL log of the instance and check the disk of the server, then try again.',
  },
  disk_space: {
    title: 'The server has too little space',
    happened: 'What is to be written on the server would not fit. Nothing was begun.',
    causes: ['The disk where Docker keeps its volumes is nearly full.'],
    todo: ['Free space on the server, or use a larger disk.', 'Then try again.'],
    message: 'The server has 1.20 GiB free where Docker keeps its volumes; the dump of the database needs 4.00 GiB',
    hint: 'Free space on the server, then try again.',
  },
  snapshot_incomplete: {
    title: 'A part of the data could not be read',
    happened: 'restic ended with exit code 3: it could not read some files. The incomplete snapshot was removed.',
    causes: [
      'The disk of the server has errors.',
      'Something removed files while they were read, three times in a row.',
    ],
    todo: ['Read `message`: it names the files.', 'Correct it on the server, then take another backup.'],
    message: 'restic could not read everything, so the snapshot is not complete: /snapshot/odoo/filestore/erp/ab/ab12',
    hint: 'Correct the permissions or the disk of the server, then take another backup.',
  },
  restic_failed: {
    title: 'restic ended with an error',
    happened: 'restic, which writes and reads backups on the server, ended for a reason of its own.',
    causes: [
      'The destination is away, slow, or refuses the credentials.',
      'The server does not reach the destination: a firewall, DNS, a proxy.',
      'The repository is damaged.',
    ],
    todo: ['Read `message`: it has the last lines of restic.', 'Test the destination.', 'Then try again.'],
    message: 'restic ended with exit code 1: Fatal: unable to open repository',
    hint: 'Test the destination.',
  },
  destination_full: {
    title: 'The destination is full',
    happened: 'The destination had no space for the snapshot. What had been written of it is removed.',
    causes: ['The disk or the quota of the destination is used up.'],
    todo: ['Free space there, or delete backups that are not needed.', 'Then take another backup.'],
    message: 'The destination is full: no space left on device',
    hint: 'Free space there, or delete backups.',
  },
  destination_refused: {
    title: 'The destination refuses',
    happened:
      'The destination answered, and did not let oCore do what it must do there. Backups that are there stay as they are.',
    causes: [
      'The secret or the key was changed or revoked at the service.',
      'The bucket is gone, or the host key of the server is another one.',
      'The credentials may not do this, such as remove files.',
    ],
    todo: [
      'Read `message`: it has the answer of the service.',
      'Test the destination, and correct its credentials or what they may do.',
      'Then try again.',
    ],
    message:
      'The destination refuses: https://s3.example.com, bucket backups: SignatureDoesNotMatch; check the credentials',
    hint: 'Test the destination, correct its credentials or what they may do, then try again.',
  },
  destination_elsewhere: {
    title: 'The server does not reach the destination',
    happened: 'A destination that is a directory of a server can only be used by instances on that server.',
    causes: ['The instance is on another server than the directory.'],
    todo: ['Use a destination that every server reaches: S3 or SFTP.'],
    message: 'The backups are in a directory of another server, which this server does not reach',
    hint: 'Use a destination that every server reaches, such as S3 or SFTP, or copy the backups there first.',
  },
  repository_missing: {
    title: 'The repository is gone',
    happened:
      'The destination no longer has the repository of the instance. oCore does not make an empty one in its place.',
    causes: [
      'Somebody removed its files, or the bucket.',
      'The directory of the server is not mounted.',
      'The destination was changed to another place.',
    ],
    todo: ['Bring the files back, or mount the directory.', 'Otherwise use another destination for new backups.'],
    message: 'The repository is no longer at its destination',
    hint: 'Bring the files back, or use another destination. oCore does not make a new one in its place.',
  },
  repository_locked: {
    title: 'The repository is in use',
    happened:
      'Another program holds a lock of the repository. Locks of interrupted operations of oCore are removed by themselves.',
    causes: ['Somebody runs restic with the exported key.', 'Another operation has used the repository for two hours.'],
    todo: ['Wait until it has ended.', 'If it was killed, `restic unlock` removes its lock.'],
    message: 'The repository is locked by laptop since 2026-11-28T02:00:00Z',
    hint: 'Wait until the other program has ended. A lock that nobody refreshes counts for nothing after 30 minutes.',
  },
  repository_password_wrong: {
    title: 'The password of the repository does not fit',
    happened: 'restic did not open the repository with the password that oCore has for it.',
    causes: [
      'Somebody changed the keys of the repository with the exported key.',
      'Another repository is in its place.',
    ],
    todo: ['Add the password again with `restic key add`, if you have exported it and have another key.'],
    message: 'The repository does not open with the password that oCore has for it',
    hint: 'Its password was changed or its keys were removed. Add the exported password again with restic key add.',
  },
  backup_corrupt: {
    title: 'The backup is damaged',
    happened: 'The snapshot was read back, and its data are not what was written.',
    causes: ['The storage of the destination lost or changed files.', 'Somebody removed files there.'],
    todo: [
      'Take another backup at once, best to another destination.',
      'Check the storage. `restic check --read-data` with the exported key names every damaged file.',
    ],
    message: 'The snapshot cannot be restored: pack 2786c547: does not exist',
    hint: 'Take another backup, and check the storage of the destination.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
