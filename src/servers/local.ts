import type { App } from '../app.ts';

/** Whether the operator lets the organization use the control plane's own machine as a server. */
export async function mayUseThisMachine(app: App, orgId: string): Promise<boolean> {
  const { everybody, organizations } = app.config.ALLOW_LOCAL_SERVER;
  if (everybody || organizations.includes(orgId)) return true;
  if (organizations.length === 0) return false;
  const organization = await app.db.prisma.organization.findUnique({ where: { id: orgId }, select: { slug: true } });
  return organization !== null && organizations.includes(organization.slug);
}
