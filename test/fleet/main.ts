/** The test fleet for a person to play with: `npm run fleet [-- --servers 2]`. Stays up until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startFleet } from './fleet.ts';

const { values } = parseArgs({ options: { servers: { type: 'string', default: '2' } } });
const fleet = await startFleet({ servers: Number(values.servers) });
for (const { name, host, user, sshd, engine } of fleet.servers) {
  process.stdout.write(`${name}\n  host          ${host}\n  port          ${sshd.port}\n  sshUser       ${user}\n  private key   ${sshd.keyFile}\n  host key      ${sshd.hostKeyFingerprint}\n  dockerSocket  ${engine.socket}\n`);
}
process.stdout.write('The fleet is up. Ctrl-C ends it.\n');
const end = (): void => { void fleet.stop().then(() => process.exit(0)); };
process.on('SIGINT', end);
process.on('SIGTERM', end);
setInterval(() => {}, 1 << 30);
