import { randomBytes } from 'node:crypto';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { isId } from '../ids.ts';
import { type Delivery, type Headers, readDelivery } from '../push-webhooks/index.ts';
import { webhookSecretOwner } from './sealed.ts';

/** Where the host of a repository sends pushes to: below the address that the operator gave this installation. */
export const webhookUrlOf = ({ config }: Pick<App, 'config'>, id: string): string =>
  `${config.APP_URL.replace(/\/$/, '')}/api/webhooks/git/${id}`;

/** The repository wherever it is: the request names no organization, and until it is proven it is told nothing. */
function repositoryOf({ db }: App, id: string) {
  if (!isId(id)) return null;
  const org = { select: { slug: true, status: true } };
  return db.prisma.repository.findUnique({
    where: { id },
    include: { project: { select: { archivedAt: true, org } } },
  });
}
export type ProvenRepository = NonNullable<Awaited<ReturnType<typeof repositoryOf>>>;

/** What is wrong as it looks without a repository, so that ids cannot be found out by asking. */
function unproven(headers: Headers, body: Buffer): never {
  readDelivery('git', randomBytes(32).toString('base64url'), headers, body);
  throw new Error('Nobody can know a secret that was made just now');
}

/** What the host of the repository says. Whatever does not prove that it knows the secret is answered alike. */
export async function provenDelivery(
  app: App,
  id: string,
  headers: Headers,
  body: Buffer,
): Promise<{ repository: ProvenRepository; delivery: Delivery }> {
  const repository = await repositoryOf(app, id);
  if (!repository) return unproven(headers, body);
  const secret = await app.secrets.open(repository.webhookSecretEnc, webhookSecretOwner(id));
  try {
    return { repository, delivery: readDelivery(repository.provider, secret, headers, body) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_signature') return unproven(headers, body);
    throw error;
  }
}
