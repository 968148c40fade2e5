import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { Access } from '../src/access/access.ts';
import { type Requirement, requirementOf } from '../src/access/auth-scopes.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Context } from './context.ts';

/** The scopes that a root field declares, by name. */
export function scopesOf(field: GraphQLField<unknown, unknown>): Readonly<Record<string, unknown>> | undefined {
  const options: unknown = field.extensions['pothosOptions'];
  const scopes: unknown =
    typeof options === 'object' && options !== null && 'authScopes' in options ? options.authScopes : undefined;
  return typeof scopes === 'object' && scopes !== null ? Object.fromEntries(Object.entries(scopes)) : undefined;
}

/** What a root field asks for; throws when it declares nothing, or something unknown. */
export function requirementOfField(field: GraphQLField<unknown, unknown>, isChange = false): Requirement {
  return requirementOf(scopesOf(field) ?? {}, isChange);
}

export function rootFields(schema: GraphQLSchema): { type: string; field: GraphQLField<unknown, unknown> }[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type: type.name, field })) : [],
  );
}

function accessOf(context: unknown): Access {
  const { access }: Context = Object(context);
  return access;
}

function withPermission(context: unknown, permission: Permission): Context {
  return Object.create(Object(context), { permission: { value: permission, enumerable: true } });
}

/**
 * A root field without a declared scope would be open to everybody, one with an unknown scope to everybody who is signed
 * in: the program refuses to start with either. The declared permission is handed to the resolver, whose reach it decides.
 * A change also asks whether anything can be changed at present.
 */
export function guardRootFields(schema: GraphQLSchema): void {
  const wrong: string[] = [];
  for (const { type, field } of rootFields(schema)) {
    try {
      const isChange = type === 'Mutation';
      const requirement = requirementOfField(field, isChange);
      const { permission } = requirement;
      const { resolve, subscribe } = field;
      if (resolve && (permission || isChange))
        field.resolve = (source, args, context, info) => {
          if (isChange) requirement.check(accessOf(context));
          return resolve(source, args, permission ? withPermission(context, permission) : context, info);
        };
      if (!permission) continue;
      if (subscribe)
        field.subscribe = (source, args, context, info) =>
          subscribe(source, args, withPermission(context, permission), info);
    } catch (error) {
      wrong.push(`${type}.${field.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (wrong.length > 0) throw new Error(`These fields are not guarded by authScopes:\n${wrong.join('\n')}`);
}
