import { authRoutes } from './auth.ts';
import { instanceRoutes } from './instances.ts';
import { operationRoutes } from './operations.ts';
import { organizationRoutes } from './organizations.ts';
import { projectRoutes } from './projects.ts';
import type { Route } from './route.ts';
import { serverRoutes } from './servers.ts';
import { userRoutes } from './user.ts';

/** Every REST route: the router, the OpenAPI document and the tests all read this table. */
export const routes: readonly Route[] = [...authRoutes, ...userRoutes, ...organizationRoutes, ...serverRoutes, ...projectRoutes, ...instanceRoutes, ...operationRoutes];
