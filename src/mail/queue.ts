import type { Tx } from '../database/database.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import type { SecretBox } from '../secrets/box.ts';
import { oneLine } from './name-in-mail.ts';

export interface Letter {
  to: string;
  subject: string;
  /** Plain text; links in it hold tokens, so it is kept sealed until it is sent, and then erased. */
  text: string;
}

export const mailOwner = (id: string): string => `mail:${id}`;

const longestSubject = 150;
/** Characters that no e-mail of ours needs: they could hide text or reverse its direction. */
const unseen = /[^\P{Cc}\n]|[\p{Bidi_Control}\u200b-\u200d\u2060-\u2064\ufeff]/gu;

/** Puts an e-mail into the outbox in the caller's transaction: it is sent when that commits, also if this process dies then. */
export async function queueMail(tx: Tx, secrets: SecretBox, letter: Letter): Promise<void> {
  const id = newId();
  const subject = [...oneLine(letter.subject)].slice(0, longestSubject).join('');
  const text = letter.text.replace(unseen, '');
  // Not `create`, which reads the row back: a tenant may send e-mails, never read them.
  await tx.mail.createMany({
    data: [{ id, recipient: letter.to, subject, bodyEnc: secrets.seal(text, mailOwner(id)) }],
  });
  await notify(tx, ['mail']);
}
