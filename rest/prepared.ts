import { type DocumentNode, type FieldNode, type GraphQLField, type GraphQLInputType, type GraphQLSchema, Kind, type OperationDefinitionNode, OperationTypeNode, parse, typeFromAST, validate, isInputType } from 'graphql';
import { type CompiledQuery, compileQuery } from '../schema/compiled-query.ts';
import { requirementOfField } from '../schema/deny-by-default.ts';
import type { Access } from '../src/access/access.ts';
import type { Requirement } from '../src/access/auth-scopes.ts';
import type { Route } from './route.ts';

/** The documented names of the page parameters; the rest is snake_case of the variable. */
const pageNames: Readonly<Record<string, string>> = { first: 'limit', after: 'cursor' };

/** A document that was parsed and checked once, when the program started. */
export interface PreparedDocument {
  document: DocumentNode;
  rootField: string;
  /** The root field of the schema. */
  field: GraphQLField<unknown, unknown>;
  /** Of a query; a mutation runs through the library. */
  compiled: CompiledQuery | undefined;
}

export interface PreparedStream {
  document: DocumentNode;
  /** The variable for the last event that a client has. */
  after: string;
  /** Whether its events have numbers; else they have texts of their own. */
  numbered: boolean;
}

/** A route with its documents. */
export interface PreparedRoute extends PreparedDocument {
  route: Route;
  variables: ReadonlyMap<string, GraphQLInputType>;
  pathParameters: readonly string[];
  queryParameters: readonly string[];
  /** The root field's argument that a variable is for, by variable. */
  argumentNames: ReadonlyMap<string, string>;
  /** The variable's name as the query string has it. */
  queryName(variable: string): string;
  /** What the root field asks for. */
  requirement: Requirement;
  /** Query parameters that are the route's own, not the document's. */
  ownParameters: readonly string[];
  stream: PreparedStream | undefined;
  /** Of a list: the same document, which also asks for the number of all rows. */
  counted: PreparedDocument | undefined;
  /** Of a file: its rows, page by page. */
  rows: PreparedDocument | undefined;
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const definition = document.definitions[0];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A route needs exactly one operation');
  return definition;
}

function parseAndCheck(schema: GraphQLSchema, route: Route, text: string): DocumentNode {
  const document = parse(text);
  const problems = validate(schema, document);
  if (problems[0]) throw new Error(`${route.method} ${route.path}: ${problems[0].message}`);
  return document;
}

function fieldOf(schema: GraphQLSchema, operation: OperationDefinitionNode, root: FieldNode): GraphQLField<unknown, unknown> {
  const field = schema.getRootType(operation.operation)?.getFields()[root.name.value];
  if (!field) throw new Error(`There is no field ${root.name.value}`);
  return field;
}

/** Whose the route's resource is, whatever headers a request has: the installation's, an organization's, or the caller's own. */
export function ownerOf({ requirement }: PreparedRoute, { actor, org, userId }: Access): string {
  if (requirement.names.has('admin')) return 'installation';
  if (requirement.organization) return org?.id ?? '';
  return userId ?? actor?.id ?? '';
}

function rootFieldOf(route: Route, operation: OperationDefinitionNode): FieldNode {
  const root = operation.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD) throw new Error(`${route.path}: the document must begin with a field`);
  return root;
}

/** A 202 tells of one resource of the payload: it must be asked for, or the response would fail. */
function requireResource({ method, path, answer }: Route, root: FieldNode): void {
  if (answer.as !== 'accepted' || answer.resource === 'operation') return;
  const asked = root.selectionSet?.selections.some((node) => node.kind === Kind.FIELD && node.name.value === answer.resource);
  if (!asked) throw new Error(`${method} ${path}: the document does not ask for ${answer.resource}`);
}

function rowsOf(schema: GraphQLSchema, route: Route): PreparedDocument | undefined {
  if (route.answer.as !== 'file') return undefined;
  const document = parseAndCheck(schema, route, route.answer.rows.document);
  const operation = operationOf(document);
  const root = rootFieldOf(route, operation);
  return { document, rootField: root.name.value, field: fieldOf(schema, operation, root), compiled: compileQuery(schema, document) };
}

function streamOf(schema: GraphQLSchema, route: Route): PreparedStream | undefined {
  if (!route.stream) return undefined;
  const document = parseAndCheck(schema, route, route.stream.document);
  const after = route.stream.afterVariable ?? 'after';
  const type = operationOf(document).variableDefinitions?.find(({ variable }) => variable.name.value === after)?.type;
  return { document, after, numbered: type?.kind === Kind.NAMED_TYPE && type.name.value === 'Int' };
}

const totalCount: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'totalCount' } };

/** A directive would keep the document from being compiled, and nobody who does not ask should pay for the count. */
function countedOf(schema: GraphQLSchema, route: Route, operation: OperationDefinitionNode, root: FieldNode): PreparedDocument | undefined {
  if (route.answer.as !== 'list') return undefined;
  const counting: FieldNode = { ...root, selectionSet: { kind: Kind.SELECTION_SET, selections: [...(root.selectionSet?.selections ?? []), totalCount] } };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [counting] } }] };
  return { document, rootField: root.name.value, field: fieldOf(schema, operation, root), compiled: compileQuery(schema, document) };
}

export function prepare(schema: GraphQLSchema, route: Route): PreparedRoute {
  const document = parseAndCheck(schema, route, route.document);
  const operation = operationOf(document);
  const root = rootFieldOf(route, operation);
  requireResource(route, root);
  const field = fieldOf(schema, operation, root);
  const variables = new Map<string, GraphQLInputType>();
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    if (type && isInputType(type)) variables.set(definition.variable.name.value, type);
  }
  const pathParameters = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const queryParameters = [...variables.keys()].filter((name) => name !== 'input' && !pathParameters.includes(name) && !route.body?.includes(name));
  const queryName = (variable: string): string => (route.answer.as === 'list' ? pageNames[variable] : undefined) ?? variable.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const argumentNames = new Map((root.arguments ?? []).flatMap(({ name, value }) => (value.kind === Kind.VARIABLE ? [[value.name.value, name.value]] : [])));
  return {
    route,
    document,
    rootField: root.name.value,
    field,
    variables,
    pathParameters,
    queryParameters,
    argumentNames,
    queryName,
    requirement: requirementOfField(field, operation.operation === OperationTypeNode.MUTATION),
    ownParameters: [...(route.waits ? ['wait'] : []), ...(route.answer.as === 'list' ? ['include_total'] : [])],
    stream: streamOf(schema, route),
    counted: countedOf(schema, route, operation, root),
    compiled: compileQuery(schema, document),
    rows: rowsOf(schema, route),
  };
}
