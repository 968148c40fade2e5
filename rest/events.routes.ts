import { eventTypes } from '../src/events/catalogue/told.ts';
import type { Category, Examples } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const event = 'id type resourceType resourceId resourceName actorType userId userName administratorName projectId requestId data createdAt';
const category = 'Events';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/events',
    category,
    summary: 'List or follow events',
    document: `query ($first: Int, $after: String, $types: [String!], $projectId: ID, $afterEvent: ID, $sort: TimeSort) { events(first: $first, after: $after, types: $types, projectId: $projectId, afterEvent: $afterEvent, sort: $sort) { nodes { ${event} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
    stream: { document: `subscription ($types: [String!], $projectId: ID, $afterEvent: ID) { events(types: $types, projectId: $projectId, after: $afterEvent) { ${event} } }`, id: 'id', afterVariable: 'afterEvent' },
    errors: ['cursor_expired'],
  },
  { method: 'get', path: '/event-types', category, summary: 'List the types of events', document: 'query { eventTypes { name when permission dataSchema example } }', answer: { as: 'whole', key: 'data' } },
];

const [first] = eventTypes;

const examples: Examples = {
  'Event.administratorName': null,
  'Event.id': '5f0ab5c5-35ee-4335-af34-943e1f1f820c',
  'Event.type': 'project.created',
  'Event.resourceType': 'project',
  'Event.resourceId': ids.project,
  'Event.resourceName': 'ERP',
  'Event.actorType': 'user',
  'events.types': ['project.*'],
  'Event.data': { name: 'ERP', slug: 'erp' },
  'EventType.name': 'organization.created',
  'EventType.permission': 'view:org',
  dataSchema: { type: 'object', properties: {}, additionalProperties: false },
  when: first?.when ?? '',
  example: {},
};

export default { routes, examples, parsers: {} } satisfies Category;
