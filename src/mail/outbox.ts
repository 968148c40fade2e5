import type { App } from '../app.ts';
import { mailOwner } from './queue.ts';

export interface OutboxLetter {
  id: string;
  to: string;
  subject: string;
  text: string;
  createdAt: Date;
}

/** The newest e-mails, unsealed; only for the local outbox page. */
export async function outboxLetters(app: App): Promise<OutboxLetter[]> {
  const rows = await app.db.prisma.mail.findMany({ orderBy: { createdAt: 'desc' }, take: 50 });
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      to: row.recipient,
      subject: row.subject,
      createdAt: row.createdAt,
      text: row.bodyEnc === null ? '(erased)' : await app.secrets.open(row.bodyEnc, mailOwner(row.id)),
    })),
  );
}
