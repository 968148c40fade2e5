import { accountsFeature } from './accounts/index.ts';
import { adminFeature } from './admin/index.ts';
import { apiKeysFeature } from './api-keys/index.ts';
import { backupDestinationsFeature } from './backup-destinations/index.ts';
import { backupSchedulesFeature } from './backup-schedules/index.ts';
import { backupsFeature } from './backups/index.ts';
import { clonesFeature } from './clones/index.ts';
import { databaseUpgradesFeature } from './database-upgrades/index.ts';
import type { Feature } from './feature/feature.ts';
import { deployedCodeFeature } from './deployed-code/index.ts';
import { deploymentsFeature } from './deployments/index.ts';
import { identityFeature } from './identity/index.ts';
import { instanceDatabasesFeature } from './instance-databases/index.ts';
import { instancesFeature } from './instances/index.ts';
import { membersFeature } from './members/index.ts';
import { registryOf, type KindRegistry } from './operations/registry.ts';
import { organizationsFeature } from './orgs/index.ts';
import { pitrFeature } from './pitr/index.ts';
import { projectsFeature } from './projects/index.ts';
import { registriesFeature } from './registries/index.ts';
import { repositoriesFeature } from './repositories/index.ts';
import { replicasFeature } from './replicas/index.ts';
import { restoresFeature } from './restores/index.ts';
import { restoreTestsFeature } from './restore-tests/index.ts';
import { rolesFeature } from './roles/index.ts';
import { serversFeature } from './servers/index.ts';
import { snapshotsFeature } from './snapshots/index.ts';
import { systemBackupsFeature } from './system-backups/index.ts';
import { transfersFeature } from './transfers/index.ts';
import { webhooksFeature } from './webhooks/index.ts';

/** Every feature; what keeps something in another comes after it. */
export const features: readonly Feature[] = [
  identityFeature,
  organizationsFeature,
  rolesFeature,
  membersFeature,
  apiKeysFeature,
  adminFeature,
  accountsFeature,
  registriesFeature,
  serversFeature,
  backupDestinationsFeature,
  projectsFeature,
  repositoriesFeature,
  instancesFeature,
  instanceDatabasesFeature,
  snapshotsFeature,
  backupsFeature,
  restoresFeature,
  deployedCodeFeature,
  deploymentsFeature,
  transfersFeature,
  clonesFeature,
  restoreTestsFeature,
  replicasFeature,
  pitrFeature,
  databaseUpgradesFeature,
  backupSchedulesFeature,
  systemBackupsFeature,
  webhooksFeature,
];

/** Every kind of operation that a worker can run. */
export const kinds: KindRegistry = registryOf(features.flatMap((feature) => feature.kinds ?? []));
