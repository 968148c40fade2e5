/** The label `part` of what a snapshot needs on a server for a while. */
export const parts = { dump: 'dump', scratch: 'scratch', restic: 'restic' } as const;
/** The part of what reads a snapshot for somebody who looks at it now. */
export const readerPart = 'reader';
/** The repository of an instance that has no destination. It is removed with the instance. */
export const besidePart = 'snapshots';

/** Named after the operation too: what one has left is in nobody's way. */
export const oneOffName = (instanceId: string, operationId: string, what: string): string =>
  `ocore-${instanceId}-${what}-${operationId}`;

export const besideVolume = (instanceId: string): string => `ocore-${instanceId}-snapshots`;

/** Restic writes the host name into its locks: they tell which operation holds them. */
export const hostNameOf = (operationId: string): string => `ocore-${operationId}`;
export const operationOf = (hostName: string): string | undefined =>
  /^ocore-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(hostName)?.[1];

/** Where things are in a snapshot. Odoo's data directory holds more than the filestore of one database. */
export const snapshotPaths = {
  root: '/snapshot',
  database: '/snapshot/database',
  odoo: '/snapshot/odoo',
  filestore: (database: string): string => `/snapshot/odoo/filestore/${database}`,
  manifest: '/snapshot/manifest.json',
} as const;

export const backupTag = (backupId: string): string => `backup=${backupId}`;
