import { z } from 'zod';

/**
 * Every resource that a permission can name. `secrets` is apart: seeing an instance is not seeing its passwords. So is
 * `instance_code`: anyone who can run code in a container can read its files, including its passwords.
 */
export const resources = [
  'org',
  'members',
  'roles',
  'api_keys',
  'servers',
  'registries',
  'projects',
  'environments',
  'repositories',
  'deployments',
  'instances',
  'instance_code',
  'databases',
  'backups',
  'backup_destinations',
  'operations',
  'webhooks',
  'audit_logs',
  'secrets',
] as const;

/** What lies in a project: a role or an API key can be limited to single projects for these. */
const projectResources: ReadonlySet<string> = new Set([
  'projects',
  'environments',
  'repositories',
  'deployments',
  'instances',
  'instance_code',
  'databases',
  'backups',
  'operations',
  'secrets',
]);

export type Resource = (typeof resources)[number];
export type Permission = `${'view' | 'manage'}:${Resource}`;

export const permissions: readonly Permission[] = resources.flatMap((resource): Permission[] => [
  `view:${resource}`,
  `manage:${resource}`,
]);
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
  {
    name: 'Owner',
    description: 'Everything, including deletion and transfer of the organization',
    permissions: manages(resources),
  },
  {
    name: 'Admin',
    description: 'Everything except deletion and transfer of the organization',
    permissions: manages(resources),
  },
  {
    name: 'Developer',
    description: 'Projects, environments, repositories, deployments, instances and their operations',
    permissions: [
      ...manages([
        'projects',
        'environments',
        'repositories',
        'deployments',
        'instances',
        'instance_code',
        'backups',
        'operations',
      ]),
      ...views(['org', 'members', 'servers', 'registries', 'databases', 'backup_destinations', 'secrets']),
    ],
  },
  { name: 'Viewer', description: 'Reads everything except secrets', permissions: views(withoutSecrets) },
];

const systemPermissions: ReadonlyMap<string, readonly Permission[]> = new Map(
  systemRoles.map((role) => [role.name, role.permissions]),
);

/** What a role grants. A system role means what this program says, also in organizations that are older than a permission. */
export function permissionsOf(role: {
  name: string;
  isSystem: boolean;
  permissions: readonly string[];
}): readonly string[] {
  return (role.isSystem ? systemPermissions.get(role.name) : undefined) ?? role.permissions;
}

/** Whether it can count in single projects. Of servers, those that are open to a project are seen in it, and managed only by the organization. */
export function isProjectPermission(permission: Permission): boolean {
  return permission === 'view:servers' || projectResources.has(permission.slice(permission.indexOf(':') + 1));
}

/** The permission to see what the given one is about. */
export function viewOf(permission: Permission): Permission {
  const view = permission.replace('manage:', 'view:');
  return isPermission(view) ? view : permission;
}

/** `manage` implies `view` of the same resource. */
export function expand(granted: readonly string[]): ReadonlySet<Permission> {
  const all = new Set<Permission>();
  for (const name of granted) {
    if (!isPermission(name)) continue;
    all.add(name);
    all.add(viewOf(name));
  }
  return all;
}

const about: Readonly<Record<Resource, string>> = {
  org: 'the organization and its settings',
  members: 'members, invitations and invite links',
  roles: 'roles and their permissions',
  api_keys: 'the API keys of all members',
  servers: 'servers and their metrics',
  registries: 'private image registries; their passwords are never shown',
  projects: 'projects',
  environments: 'environments',
  deployments: 'Deployments of code to instances, and the way back; to deploy also needs manage:instance_code',
  repositories: 'Git repositories and branch mappings of projects; tokens and private keys are never shown',
  instances: 'instances and their logs',
  instance_code: 'the images and environment variables that instances run with',
  databases: 'the databases of instances: their state, configuration and content',
  backups: 'backups and their schedules',
  backup_destinations: 'the places where backups are kept; their credentials are never shown',
  operations: 'operations and their logs',
  webhooks: 'webhook endpoints and their deliveries; events in them are shown only with their own permission',
  audit_logs: 'the audit log',
  secrets: 'secrets: passwords of instances and encrypted values',
};

/** Permissions that need more words than their resource has. */
const inFull: Partial<Record<Permission, string>> = {
  'manage:instance_code':
    'Run custom code in instances: choose images and set environment variables. Anyone who can run code in an instance can read its secrets',
  'manage:databases':
    'Configure databases, read and replace their content: the SQL console, restores and imports. A restore needs manage:backups, too',
  'view:instance_code':
    'Included in manage:instance_code. view:instances already shows images and the names of environment variables',
};

/** The catalogue: every permission with what it means. */
export function describedPermissions(): {
  id: Permission;
  action: 'view' | 'manage';
  resource: Resource;
  description: string;
  inProjects: boolean;
}[] {
  return resources.flatMap((resource) =>
    (['view', 'manage'] as const).map((action) => {
      const id: Permission = `${action}:${resource}`;
      return {
        id,
        action,
        resource,
        description: inFull[id] ?? `${action === 'view' ? 'See' : 'See and change'} ${about[resource]}`,
        inProjects: isProjectPermission(id),
      };
    }),
  );
}
