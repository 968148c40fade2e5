import { z } from 'zod';
import type { App } from '../app.ts';
import { writeEntry } from '../audit/entry.ts';
import type { PrismaClient, Tx } from '../database/database.ts';
import { parse } from '../parse.ts';
import type { Client } from '../access/client.ts';

export interface InstallationSettings {
  /** Whether anyone may sign up. */
  signupOpen: boolean;
  /** Whether that is the administrator's word, or SIGNUP_OPEN's. */
  signupOpenIsSet: boolean;
}

/** Read for each sign-up: what the administrator decides counts at once, on every process. */
export async function readSettings(db: PrismaClient | Tx, app: App): Promise<InstallationSettings> {
  const row = await db.installationSettings.findUnique({ where: { id: 1 } });
  return {
    signupOpen: row?.signupOpen ?? app.config.SIGNUP_OPEN,
    signupOpenIsSet: typeof row?.signupOpen === 'boolean',
  };
}

export const change = z.object({ signupOpen: z.boolean().nullish() });

/** Changes what is given; null goes back to what the environment says. */
export async function changeSettings(
  app: App,
  admin: { id: string | null; name: string },
  client: Client,
  given: unknown,
): Promise<InstallationSettings> {
  const { signupOpen } = parse(change, given);
  return app.db.prisma.$transaction(async (tx) => {
    const before = await readSettings(tx, app);
    if (signupOpen === undefined) return before;
    await tx.installationSettings.upsert({ where: { id: 1 }, create: { signupOpen }, update: { signupOpen } });
    const after = await readSettings(tx, app);
    await writeEntry(tx, client, {
      orgId: null,
      action: 'admin.settings_updated',
      resourceType: 'installation',
      resourceId: null,
      resourceName: null,
      actor: { type: 'user', ...admin },
      before: { ...before },
      after: { ...after },
    });
    return after;
  });
}
