import { Command } from 'commander';
import { rotateSigningKey } from '../identity/index.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { SecretBox } from '../secrets/box.ts';
import { withInstallation } from './installation.ts';

export const rotateSigningCommand = new Command('rotate-signing')
  .description('Create a new key that signs access tokens. Nobody is signed out.')
  .action(() =>
    withInstallation(async ({ config, db, masters }) => {
      // A process that hears of it late signs with the old key for a while.
      const seconds = config.JWT_ACCESS_EXPIRY + 600;
      const kid = await rotateSigningKey(db.prisma, new SecretBox(await KeyRing.load(db.pool, masters)), seconds);
      process.stdout.write(
        `Access tokens are signed with the new key ${kid}; the older keys stay valid until ${new Date(Date.now() + seconds * 1000).toISOString()}\n`,
      );
    }),
  );
