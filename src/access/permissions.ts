import { z } from 'zod';

/** Every resource that a permission can name. `secrets` is apart: seeing an instance is not seeing its passwords. */
export const resources = ['org', 'members', 'roles', 'servers', 'projects', 'environments', 'instances', 'operations', 'audit_logs', 'secrets'] as const;

export type Resource = (typeof resources)[number];
export type Permission = `${'view' | 'manage'}:${Resource}`;

export const permissions: readonly Permission[] = resources.flatMap((resource): Permission[] => [`view:${resource}`, `manage:${resource}`]);
const known: ReadonlySet<string> = new Set(permissions);

export function isPermission(value: string): value is Permission {
  return known.has(value);
}

export const permissionSchema = z.string().refine(isPermission, 'is not a known permission');

const views = (names: readonly Resource[]): Permission[] => names.map((name): Permission => `view:${name}`);
const manages = (names: readonly Resource[]): Permission[] => names.map((name): Permission => `manage:${name}`);
const withoutSecrets = resources.filter((name) => name !== 'secrets');

/** The four system roles. They cannot be changed, so a role means the same in every organization. */
export const systemRoles: readonly { name: string; description: string; permissions: readonly Permission[] }[] = [
  { name: 'Owner', description: 'Everything, including deletion and transfer of the organization', permissions: manages(resources) },
  { name: 'Admin', description: 'Everything but deletion and transfer of the organization', permissions: manages(resources) },
  {
    name: 'Developer',
    description: 'Projects, environments, instances and their operations',
    permissions: [...manages(['projects', 'environments', 'instances', 'operations']), ...views(['org', 'members', 'servers', 'secrets'])],
  },
  { name: 'Viewer', description: 'Reads everything but secrets', permissions: views(withoutSecrets) },
];

/** `manage` implies `view` of the same resource. */
export function expand(granted: readonly string[]): ReadonlySet<Permission> {
  const all = new Set<Permission>();
  for (const name of granted) {
    if (!isPermission(name)) continue;
    all.add(name);
    if (name.startsWith('manage:')) {
      const view = name.replace('manage:', 'view:');
      if (isPermission(view)) all.add(view);
    }
  }
  return all;
}
