/** The numbers of PostgreSQL's advisory locks, all in one place: two uses of one number would wait for each other. */
export const lockNumbers = {
  /** Prisma's own, so that a `prisma migrate deploy` beside us waits its turn. */
  migrations: 72707369,
  signingKeys: 72707370,
  signUp: 72707371,
  serverMonitor: 72707372,
  jobQueue: 72707373,
  dataKeys: 72707374,
  keyRotation: 72707375,
  operationPicking: 72707376,
  systemBackup: 72707377,
} as const;

/** The seeds of locks whose number is the hash of a name, for the same reason. */
export const lockSeeds = { requests: 0, ports: 1, letters: 2 } as const;
