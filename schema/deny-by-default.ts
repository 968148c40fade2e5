import { type GraphQLSchema, isObjectType } from 'graphql';

/** A root field without a declared scope would be open to everybody: the program refuses to start with one. */
export function assertScopesDeclared(schema: GraphQLSchema): void {
  const open: string[] = [];
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const options: unknown = field.extensions['pothosOptions'];
      const declared = typeof options === 'object' && options !== null && 'authScopes' in options && options.authScopes !== undefined;
      if (!declared) open.push(`${type.name}.${field.name}`);
    }
  }
  if (open.length > 0) throw new Error(`These fields declare no authScopes: ${open.join(', ')}`);
}
