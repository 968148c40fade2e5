import { exportLimit } from '../../audit/export.ts';

/** What an object costs; everything that is not named costs one point, a scalar nothing. */
const fieldWeights: ReadonlyMap<string, number> = new Map([
  // The whole of them is asked for by every GraphiQL.
  ['Query.__schema', 100],
  // As many rows are read for each: one fits into an operation.
  ['Query.auditLogExport', exportLimit],
]);

/** Every row of all pages is counted. */
const countWeight = 10;
/** A change writes rows, an audit entry and an event. */
const mutationWeight = 10;
/** An object of the introspection comes from memory. */
const introspectionWeight = 0.02;

/** How long lists are that have no `first` or `limit`, near enough. */
const listSizes: ReadonlyMap<string, number> = new Map([
  ['Query.operationLogs', 500],
  ['Query.instanceLogs', 200],
  ['Query.serverMetrics', 360],
  ['ServerMetricHistory.metrics', 360],
  ['__Schema.types', 200],
  ['__Type.fields', 10],
  ['__Type.inputFields', 4],
  ['__Type.enumValues', 4],
  ['__Type.interfaces', 1],
  ['__Type.possibleTypes', 4],
  ['__Field.args', 2],
]);
const otherLists = 10;

export function weightOf(parent: string, field: string, type: string, isLeaf: boolean): number {
  const given = fieldWeights.get(`${parent}.${field}`);
  if (given !== undefined) return given;
  if (field === 'totalCount' && parent.endsWith('Connection')) return countWeight;
  if (parent === 'Mutation') return mutationWeight;
  if (isLeaf) return 0;
  return type.startsWith('__') ? introspectionWeight : 1;
}

export function listSizeOf(parent: string, field: string): number {
  return listSizes.get(`${parent}.${field}`) ?? otherLists;
}
