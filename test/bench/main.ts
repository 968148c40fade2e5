/** Prints every claim of speed as a ratio against its baseline in the same run: `npm run bench [-- requests …]`. */
import { audit } from './audit.ts';
import { backups } from './backups.ts';
import { deployments } from './deployments.ts';
import { fleet } from './fleet.ts';
import { guard } from './guard.ts';
import { latency } from './latency.ts';
import { lists } from './lists.ts';
import { playground } from './playground.ts';
import { provisioning } from './provisioning.ts';
import { requests } from './requests.ts';
import { webhooks } from './webhooks.ts';

const benches = new Map([
  ['requests', requests],
  ['guard', guard],
  ['lists', lists],
  ['audit', audit],
  ['latency', latency],
  ['webhooks', webhooks],
  ['playground', playground],
  ['provisioning', provisioning],
  ['backups', backups],
  ['deployments', deployments],
  ['fleet', fleet],
]);
const wanted = process.argv.slice(2);
for (const [name, bench] of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  await bench((line) => process.stdout.write(`  ${line}\n`));
}
process.exit(0);
