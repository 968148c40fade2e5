import type { WalArchive } from '../../prisma/generated/client/client.ts';
import { liveTopics } from '../events/live-resource.ts';
import type { OperationResource } from '../operations/definition.ts';

/** Its own operations change nothing of its status: they say by their results what the monitor then tells. */
export const archiveResource: OperationResource<WalArchive['status']> = {
  type: 'wal_archive',
  topics: liveTopics('wal_archive'),
  enter: () => Promise.resolve(),
};
