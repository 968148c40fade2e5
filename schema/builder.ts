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
    nodeQueryOptions: false, nodesQueryOptions: false,
    nodesOnConnection: { description: 'The rows of the page, without their edges.' },
    edgesFieldOptions: { description: 'The rows of the page, each with its cursor.' },
    nodeFieldOptions: { description: 'The row.' },
    cursorFieldOptions: { description: 'Where the row stands: a page can begin after it.' },
    pageInfoFieldOptions: { description: 'What lies before and behind the page.' },
    pageInfoTypeOptions: { description: 'What lies before and behind a page.' },
    hasNextPageFieldOptions: { description: 'Whether there is a page behind it.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is a page before it.' },
    startCursorFieldOptions: { description: 'The cursor of its first row.' },
    endCursorFieldOptions: { description: 'The cursor of its last row: send it as `after` for the next page.' },
    firstArgOptions: { description: 'How many rows, 1 to 100. Default: 20.' },
    afterArgOptions: { description: 'Only rows behind this cursor.' },
    lastArgOptions: { description: 'How many rows, counted from the end.' },
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

builder.queryType({ description: 'Everything that can be read.' });
builder.mutationType({ description: 'Everything that can be changed. Slow work answers at once with its operation.' });
builder.subscriptionType({ description: 'What happens, as it happens.' });
