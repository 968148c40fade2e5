import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { isPermission, type Permission } from '../src/access/permissions.ts';
import type { Context } from './context.ts';

/** The scopes that a root field declares, by name. */
export function scopesOf(field: GraphQLField<unknown, unknown>): Readonly<Record<string, unknown>> | undefined {
  const options: unknown = field.extensions['pothosOptions'];
  const scopes: unknown = typeof options === 'object' && options !== null && 'authScopes' in options ? options.authScopes : undefined;
  return typeof scopes === 'object' && scopes !== null ? Object.fromEntries(Object.entries(scopes)) : undefined;
}

export function rootFields(schema: GraphQLSchema): { type: string; field: GraphQLField<unknown, unknown> }[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type: type.name, field })) : [],
  );
}

function withPermission(context: unknown, permission: Permission): Context {
  return Object.create(Object(context), { permission: { value: permission, enumerable: true } });
}

/**
 * A root field without a declared scope would be open to everybody: the program refuses to start with one. The declared
 * permission is handed to the resolver, whose reach it decides.
 */
export function guardRootFields(schema: GraphQLSchema): void {
  const open: string[] = [];
  for (const { type, field } of rootFields(schema)) {
    const scopes = scopesOf(field);
    if (!scopes || Object.keys(scopes).length === 0) open.push(`${type}.${field.name}`);
    const permission = scopes?.['permission'];
    if (typeof permission !== 'string' || !isPermission(permission)) continue;
    const { resolve, subscribe } = field;
    if (resolve) field.resolve = (source, args, context, info) => resolve(source, args, withPermission(context, permission), info);
    if (subscribe) field.subscribe = (source, args, context, info) => subscribe(source, args, withPermission(context, permission), info);
  }
  if (open.length > 0) throw new Error(`These fields declare no authScopes: ${open.join(', ')}`);
}
