import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import type PrismaTypes from '../prisma/generated/pothos.ts';
import { getDatamodel } from '../prisma/generated/pothos.ts';
import { type AuthScopeName, scopeChecks } from '../src/access/auth-scopes.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Context } from './context.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultAuthStrategy: 'all';
  /** What every page of a list has beside its rows. */
  Connection: { count: () => Promise<number> };
  AuthScopes: Record<Exclude<AuthScopeName, 'permission'>, boolean> & { permission: Permission };
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    ByteSize: { Input: number; Output: bigint | number };
    ID: { Input: string; Output: string };
    JSON: { Input: unknown; Output: unknown };
  };
}>({
  plugins: [RelayPlugin, ScopeAuthPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: 'The rows of the page.' },
    edgesFieldOptions: { description: 'The rows of the page with their cursors.' },
    nodeFieldOptions: { description: 'The row.' },
    cursorFieldOptions: { description: 'The cursor of the row, to start a page after or before it.' },
    pageInfoFieldOptions: { description: 'The position of the page in the list.' },
    pageInfoTypeOptions: { description: 'The position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there is a next page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is a previous page.' },
    startCursorFieldOptions: { description: 'The cursor of the first row. Send it as `before` for the previous page.' },
    endCursorFieldOptions: { description: 'The cursor of the last row. Send it as `after` for the next page.' },
    firstArgOptions: { description: 'How many rows, 1 to 100. Default: 20.' },
    afterArgOptions: { description: 'Only rows after this cursor.' },
    lastArgOptions: { description: 'How many rows from the end.' },
    beforeArgOptions: { description: 'Only rows before this cursor.' },
  },
  prisma: {
    client: (context) => context.app.db.prisma,
    dmmf: getDatamodel(),
    onUnusedQuery: null,
  },
  scopeAuth: {
    authScopes: (context) => scopeChecks(context.access),
    // All that a field declares must hold. The scopes throw their own errors, which say what is missing.
    defaultStrategy: 'all',
    authorizeOnSubscribe: true,
  },
});

builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('JSON', JSONResolver);
builder.addScalarType(
  'ByteSize',
  new GraphQLScalarType<number, number>({
    name: 'ByteSize',
    description: 'A number of bytes: a whole number up to 2^53 - 1, which a 32-bit Int cannot hold.',
    serialize: Number,
    parseValue: toBytes,
    parseLiteral: (node) => toBytes(node.kind === Kind.INT ? Number(node.value) : undefined),
  }),
);

function toBytes(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new GraphQLError('ByteSize must be a whole number of bytes');
}

builder.queryType({ description: 'All queries.' });
builder.mutationType({ description: 'All changes. A mutation that starts slow work returns its operation at once.' });
builder.subscriptionType({ description: 'Live updates.' });
