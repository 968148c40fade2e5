import { requireAdmin, requirePermission } from '../src/access/access.ts';
import { AppError, notFound } from '../src/errors.ts';
import { accountNodes, installationNodes, type NodeName, nodesOf, organizationNodes } from '../src/nodes.ts';
import { builder } from './builder.ts';
import { type Context, orgScope } from './context.ts';

interface NodeRow {
  id: string;
  /** Of a row that was found by its id alone. */
  __typename?: string;
}

export const Node = builder.interfaceRef<NodeRow>('Node').implement({
  description: 'Any object with an id. The query `node` reads it by its id alone.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'The globally unique id, the same as in REST.' }) }),
});

/** Reads the row, with the permission of its own field. */
async function load(context: Context, { place, type }: NodeName, id: string): Promise<NodeRow | undefined> {
  const { app, access } = context;
  if (place === 'account') return accountNodes[type]?.get(app, access, id);
  if (place === 'installation') {
    requireAdmin(access);
    return installationNodes[type]?.get(app, id);
  }
  const node = organizationNodes[type];
  if (!node) return undefined;
  if (!node.ownRows && node.permission !== 'member') requirePermission(access, node.permission);
  return node.get(orgScope(context, node.permission), id);
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'not_found' || error.code === 'forbidden');

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    authScopes: { signedIn: true },
    description:
      'The object with this id: in the organization of X-Org-Slug, of the signed-in user or, for an administrator, of the installation. An object that the caller may not see returns not_found, like an object that does not exist.',
    args: { id: t.arg.id({ required: true, description: 'The id of any object.' }) },
    resolve: async (_root, { id }, context) => {
      for (const found of await nodesOf(context.app, context.access, id)) {
        try {
          const row = await load(context, found, id);
          if (row) return { ...row, __typename: found.type };
        } catch (error) {
          // Which of them refused, and why, would tell what the id names.
          if (!isRefusal(error)) throw error;
        }
      }
      // In an organization that refuses the caller, nothing was looked for.
      if (context.access.orgRefused) throw context.access.orgRefused;
      throw notFound('node', id);
    },
  }),
);
