import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { DateTimeResolver } from 'graphql-scalars';
import type PrismaTypes from '../prisma/generated/pothos.ts';
import { getDatamodel } from '../prisma/generated/pothos.ts';
import { requireActor, requirePermission } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Context } from './context.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  AuthScopes: {
    /** Anyone, without a token. */
    public: boolean;
    /** Anyone who is signed in. */
    signedIn: boolean;
    /** Who holds the permission in the organization of X-Org-Slug. */
    permission: Permission;
  };
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    ByteSize: { Input: number; Output: bigint | number };
    ID: { Input: string; Output: string };
  };
}>({
  plugins: [RelayPlugin, ScopeAuthPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  relay: { nodeQueryOptions: false, nodesQueryOptions: false, nodesOnConnection: { description: 'The rows of the page, without their edges.' } },
  prisma: {
    client: (context) => context.app.db.prisma,
    dmmf: getDatamodel(),
    onUnusedQuery: null,
  },
  scopeAuth: {
    authScopes: (context) => ({
      public: true,
      signedIn: () => { requireActor(context.access); return true; },
      permission: (permission) => { requirePermission(context.access, permission); return true; },
    }),
    // The scopes throw their own errors, which say what is missing.
    authorizeOnSubscribe: true,
  },
});

builder.addScalarType('DateTime', DateTimeResolver);
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
