import type { Feature } from '../feature/feature.ts';
import * as definitions from './kinds.ts';
import { rehearseUpgradeJob } from './rehearse.job.ts';
import { upgradeDatabaseJob } from './upgrade.job.ts';

/** What it keeps is in the row of the instance; what it makes on the server has ended with its operation. */
export const databaseUpgradesFeature: Feature = {
  name: 'database upgrades',
  kinds: { definitions, implementations: [rehearseUpgradeJob, upgradeDatabaseJob] },
};
