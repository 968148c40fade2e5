export { databaseUpgradesFeature } from './feature.ts';
export { type DatabaseUpgrade, databaseUpgrade } from './overview.ts';
export {
  rehearseDatabaseUpgrade,
  rehearseUpgradeInput,
  upgradeDatabase,
  upgradeDatabaseInput,
} from './request.ts';
