import type { Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import type { SecretBox } from '../secrets/box.ts';

export interface Letter {
  to: string;
  subject: string;
  /** Plain text; links in it hold tokens, so it is kept sealed until it is sent, and then erased. */
  text: string;
}

export const mailOwner = (id: string): string => `mail:${id}`;

/** Puts a letter into the outbox in the caller's transaction: it is sent when that commits, also if this process dies then. */
export async function queueMail(tx: Tx, secrets: SecretBox, letter: Letter): Promise<void> {
  const id = newId();
  // Not `create`, which reads the row back: a tenant may send letters, never read them.
  await tx.mail.createMany({ data: [{ id, recipient: letter.to, subject: letter.subject, bodyEnc: secrets.seal(letter.text, mailOwner(id)) }] });
  await notify(tx, ['mail']);
}
