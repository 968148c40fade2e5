import { adminRoutes } from './admin.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit.ts';
import { authRoutes } from './auth.ts';
import { instanceRoutes } from './instances.ts';
import { memberRoutes } from './members.ts';
import { operationRoutes } from './operations.ts';
import { organizationRoutes } from './organizations.ts';
import { projectRoutes } from './projects.ts';
import { roleRoutes } from './roles.ts';
import type { Route } from './route.ts';
import { serverRoutes } from './servers.ts';
import { userRoutes } from './user.ts';

/** Every REST route: the router, the OpenAPI document and the tests all read this table. */
export const routes: readonly Route[] = [...authRoutes, ...auditRoutes, ...adminRoutes, ...userRoutes, ...organizationRoutes, ...memberRoutes, ...roleRoutes, ...apiKeyRoutes, ...serverRoutes, ...projectRoutes, ...instanceRoutes, ...operationRoutes];
