import { admin } from './admin.ts';
import { apiKeys } from './api-keys.ts';
import { audit } from './audit.ts';
import { auth } from './auth.ts';
import { type Category, type Examples, merged, type Parsers, type Shapes, type ShortFields } from './category.ts';
import { instances } from './instances.ts';
import { members } from './members.ts';
import { sharedExamples } from './openapi/shared-examples.ts';
import { operations } from './operations.ts';
import { organizations } from './organizations.ts';
import { projects } from './projects.ts';
import { roles } from './roles.ts';
import type { Route } from './route.ts';
import { servers } from './servers.ts';
import { user } from './user.ts';

const categories: Readonly<Record<string, Category>> = { auth, audit, admin, user, organizations, members, roles, apiKeys, servers, projects, instances, operations };

/** What each category gives, by the categories' names. */
const each = <T>(give: (category: Category) => T): Record<string, T> => Object.fromEntries(Object.entries(categories).map(([name, category]) => [name, give(category)]));

/** Every REST route: the router, the OpenAPI document and the tests all read this table. */
export const routes: readonly Route[] = Object.values(categories).flatMap((category) => category.routes);

export const examples: Examples = merged('the example of', { shared: sharedExamples, ...each((category) => category.examples) });

export const parsers: Parsers = merged(
  'the parser of',
  each((category) => category.parsers),
);

export const shortFields: ShortFields = merged(
  'the short fields of',
  each((category) => category.shortFields ?? {}),
);

export const shapes: Shapes = merged(
  'the shape',
  each((category) => category.shapes ?? {}),
);
