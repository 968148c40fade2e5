import type { BackupDestination } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { StoragePlace } from '../storage/index.ts';
import { placeOf } from './place.ts';
import { type ResticPlace, resticPlaceOf } from './restic-place.ts';
import { storagePlaceOf } from './storage-place.ts';

export interface OpenDestination {
  /** How oCore itself reaches it; null for a directory of a server. */
  storage: StoragePlace | null;
  restic: ResticPlace;
}

/** A destination with its credentials, for a worker. */
export async function openDestination(app: App, row: BackupDestination): Promise<OpenDestination> {
  const place = await placeOf(app, row);
  return { storage: storagePlaceOf(app, place), restic: resticPlaceOf(place) };
}
