/** The test fleet for a person to play with: `npm run fleet [-- --servers 2]`. Stays up until Ctrl-C. `prepare` only installs and builds. */
import { parseArgs } from 'node:util';
import { installPackages, prepareFleet, startFleet } from './fleet.ts';
import { buildNewerPostgres } from './newer-postgres/load.ts';
import { installCeph } from './object-store/cluster.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { servers: { type: 'string', default: '2' } },
});
if (positionals[0] === 'prepare') {
  process.stdout.write(
    'Preparing the test fleet (real sshd, Docker, Odoo, Ceph); the first time takes some minutes.\n',
  );
  await installPackages();
  await Promise.all([prepareFleet().then(buildNewerPostgres), installCeph()]);
  process.exit(0);
}
const fleet = await startFleet({ servers: Number(values.servers) });
for (const { name, host, user, sshd, engine } of fleet.servers) {
  process.stdout.write(
    `${name}\n  host          ${host}\n  port          ${sshd.port}\n  sshUser       ${user}\n  private key   ${sshd.keyFile}\n  host key      ${sshd.hostKeyFingerprint}\n  dockerSocket  ${engine.socket}\n`,
  );
}
process.stdout.write('The fleet is up. Ctrl-C ends it.\n');
const end = (): void => {
  void fleet.stop().then(() => process.exit(0));
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
setInterval(() => {}, 1 << 30);
