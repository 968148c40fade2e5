import type { App } from '../app.ts';
import { type PullCredentials, registryOfImage } from '../remote/index.ts';
import { passwordOwner } from './service.ts';

/** The credentials that the organization has for the registry of an image. Only that registry is told them. */
export async function pullCredentials(app: App, orgId: string, image: string): Promise<PullCredentials | undefined> {
  const host = registryOfImage(image);
  if (host === undefined) return undefined;
  const registry = await app.db.prisma.registry.findUnique({ where: { orgId_host: { orgId, host } } });
  if (!registry) return undefined;
  const { id, username, passwordEnc } = registry;
  return { host, username, password: await app.secrets.open(passwordEnc, passwordOwner(id)) };
}
