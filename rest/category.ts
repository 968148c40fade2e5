import { z } from 'zod';
import { longestFilter } from '../src/lists.ts';
import type { Json } from './openapi/json.ts';
import type { Route } from './route.ts';

/**
 * What the examples say: by `Type.field`; by `rootField.field` for what one route alone takes or answers, such as the
 * state that it leaves, or by `rootField.200` for what it answers where it is done at once; by the field's name alone; or, of
 * a path parameter, by the path up to it. Null: nothing there, which leaves an optional field out of the example of a body.
 */
export type Examples = Readonly<Record<string, Json>>;

/** What parses each input, and the named arguments of each root field: its bounds and patterns are the documented ones. */
export type Parsers = Readonly<Record<string, z.ZodType>>;

export type ShortFields = Readonly<Record<string, readonly string[]>>;

/** A selection of a GraphQL type that has a name of its own in the OpenAPI document: the type and the fields of its JSON. */
export interface Shape {
  type: string;
  fields: string;
}
export type Shapes = Readonly<Record<string, Shape>>;

/** One part of the API with everything that is said of it. */
export interface Category {
  routes: readonly Route[];
  examples: Examples;
  parsers: Parsers;
  /** By input type, optional fields that its short example needs all the same, since others ask for them. */
  shortFields?: ShortFields;
  /** By their names in the OpenAPI document. */
  shapes?: Shapes;
}

/** A text by which a list is narrowed. */
export const filter = z.string().max(longestFilter);

/** One table of several, by their names. A key of two of them throws: one would silently win over the other. */
export function merged<T>(what: string, tables: Readonly<Record<string, Readonly<Record<string, T>>>>): Readonly<Record<string, T>> {
  const owners = new Map<string, string>();
  for (const [owner, table] of Object.entries(tables)) {
    for (const key of Object.keys(table)) {
      const other = owners.get(key);
      if (other !== undefined) throw new Error(`Both ${other} and ${owner} have ${what} ${key}: keep one, or give each the name of its type`);
      owners.set(key, owner);
    }
  }
  return Object.fromEntries(Object.values(tables).flatMap((table) => Object.entries(table)));
}
