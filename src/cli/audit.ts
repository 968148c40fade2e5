import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { anchorChains, toldAnchors } from '../audit/anchors.ts';
import { Marks } from '../audit/marks.ts';
import { sealSome } from '../audit/seal.ts';
import type { SignedAnchor } from '../audit/verification.ts';
import { verifyAuditLog } from '../audit/verify.ts';
import { makeLog } from '../log.ts';
import { SecretBox } from '../secrets/box.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { type Installation, withInstallation } from './installation.ts';
import { runProgram } from './run-program.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const marksOf = ({ config }: Installation): Marks =>
  new Marks(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS);
const secretsOf = async ({ db, masters }: Installation): Promise<SecretBox> =>
  new SecretBox(await KeyRing.load(db.pool, masters));

const keptAnchor = z.object({
  chain: z.uuid(),
  kind: z.enum(['daily', 'cut']),
  seq: z.string().regex(/^\d+$/).transform(BigInt),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((hex) => Buffer.from(hex, 'hex')),
  keyId: z.string(),
  signature: z.string(),
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** The lines that `anchors` printed before. */
async function readAnchors(file: string | undefined): Promise<SignedAnchor[]> {
  if (file === undefined) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => keptAnchor.parse(JSON.parse(line)));
}

const verify = new Command('verify')
  .description(
    'Compute the hash chains anew from the entries, and name every entry that was altered, removed or inserted. Exits with 1 if there is one.',
  )
  .option('--anchors <file>', 'anchors that were kept elsewhere, as `anchors` prints them')
  .action(({ anchors }: { anchors?: string }) =>
    withInstallation(async (installation) => {
      let findings = 0;
      const { chains, entries, waiting } = await verifyAuditLog({
        pool: installation.db.pool,
        marks: marksOf(installation),
        secrets: await secretsOf(installation),
        kept: await readAnchors(anchors),
        tell: ({ problem, chain, message }) => {
          findings += 1;
          say(`${problem}: ${message} [chain ${chain}]`);
        },
      });
      say(
        `${entries} entries in ${chains} chains; ${waiting} are not sealed yet; ${findings === 0 ? 'nothing was' : `${findings} findings: something was`} altered, removed or inserted`,
      );
      if (findings > 0) process.exitCode = 1;
    }),
  );

const anchors = new Command('anchors')
  .description(
    'Print the signed anchors with their public keys, one JSON object a line: keep them outside of the database.',
  )
  .action(() =>
    withInstallation(async ({ db }) => {
      const found = await db.prisma.auditAnchor.findMany({ orderBy: { id: 'asc' } });
      for (const anchor of await toldAnchors(db, found)) say(JSON.stringify(anchor));
    }),
  );

const anchor = new Command('anchor')
  .description('Seal what waits and sign the ends of all chains now, not only once a day.')
  .action(() =>
    withInstallation(async (installation) => {
      const { db, config } = installation;
      const log = makeLog(config, (text) => process.stderr.write(text));
      const secrets = await secretsOf(installation);
      while (await sealSome({ db, marks: marksOf(installation), log })) await Promise.resolve();
      say(`${await anchorChains({ db, secrets, log }, 'now')} anchors were signed`);
    }),
  );

const program = new Command('audit')
  .description('Check the audit log of this installation. oCore can keep running.')
  .addCommand(verify)
  .addCommand(anchors)
  .addCommand(anchor);

await runProgram(program);
