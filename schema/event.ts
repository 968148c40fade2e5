import type { OrgScope } from '../src/access/scope.ts';
import { type EventFilter, isSeen, sightOf, typesOf } from '../src/events/filter.ts';
import { listEvents } from '../src/events/list.ts';
import { eventTypes, type ToldEventType } from '../src/events/catalogue/told.ts';
import { eventsTopic } from '../src/events/outbox.ts';
import {
  type Batch,
  eventsAfter,
  newestPosition,
  type OrgEvent,
  type Position,
  positionOf,
} from '../src/events/read.ts';
import { getProject } from '../src/projects/index.ts';
import { ActorType, actorTypeOf } from './audit.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { type Context, orgScope } from './context.ts';
import { timeSort } from './list-sort.ts';
import { Node } from './node.ts';
import { endable, watchUntil } from './watch.ts';

export const Event = builder.objectRef<OrgEvent>('Event').implement({
  interfaces: [Node],
  description: 'Something that happened in the organization. Events never change; they are kept for 30 days.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The id, after which events can be resumed. It says nothing about their order.',
    }),
    type: t.exposeString('type', { description: 'The type, as in `eventTypes`.' }),
    resourceType: t.exposeString('resourceType', { description: 'The type of what it is about, such as instance.' }),
    resourceId: t.exposeID('resourceId', { description: 'The id of what it is about.' }),
    resourceName: t.exposeString('resourceName', { nullable: true, description: 'The name of that at that time.' }),
    actorType: t.field({
      type: ActorType,
      description: 'The kind of actor.',
      resolve: (row) => actorTypeOf(row.actorType ?? ''),
    }),
    userId: t.exposeID('actorId', { nullable: true, description: 'The id of the user or API key.' }),
    userName: t.exposeString('actorName', { nullable: true, description: 'The name of the actor at that time.' }),
    administratorName: t.exposeString('administratorName', {
      nullable: true,
      description: 'The administrator of the installation who acted on behalf of the actor; null without one.',
    }),
    projectId: t.exposeID('projectId', {
      nullable: true,
      description: 'The project of the resource; null if it belongs to no project.',
    }),
    requestId: t.exposeString('requestId', { description: 'The id of the request that caused it.' }),
    data: t.expose('data', { type: 'JSON', description: 'What its type says, without secrets.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

const EventTypeInfo = builder.objectRef<ToldEventType>('EventType').implement({
  description: 'A type of events.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, as `<resource>.<what happened>`.' }),
    when: t.exposeString('when', { description: 'When it happens.' }),
    permission: t.exposeString('permission', { description: 'The permission that is needed to see it.' }),
    dataSchema: t.expose('dataSchema', { type: 'JSON', description: 'The JSON Schema of `data`.' }),
    example: t.expose('example', { type: 'JSON', description: 'An example of `data`.' }),
  }),
});

const typesArg = {
  description:
    'Only events of these types. `server.*` matches all events of servers; a text can contain several, separated by commas.',
} as const;
const projectArg = { description: 'Only events of this project.' } as const;

builder.queryFields((t) => ({
  eventTypes: t.field({
    type: [EventTypeInfo],
    authScopes: { signedIn: true },
    description: 'The types of events that organizations can be told.',
    resolve: () => [...eventTypes],
  }),
  events: t.connection(
    {
      type: Event,
      authScopes: { member: true },
      description: 'The events of the organization that you may see: each type needs its own permission.',
      args: {
        types: t.arg.stringList(typesArg),
        projectId: t.arg.id(projectArg),
        afterEvent: t.arg.id({ description: 'Only events after the event with this id.' }),
        sort: t.arg(timeSort),
      },
      resolve: async (_root, args, context) => {
        const scope = orgScope(context, 'member');
        await requireProject(scope, args);
        return connectionOf(await listEvents(context.app, scope, args));
      },
    },
    { description: 'A page of events.' },
    { description: 'One event of a page.' },
  ),
}));

builder.subscriptionFields((t) => ({
  events: t.field({
    type: Event,
    authScopes: { member: true },
    description:
      'The events that you may see, each exactly once, from now on or after the event `after`: without a gap, also if transactions end out of order.',
    args: {
      types: t.arg.stringList(typesArg),
      projectId: t.arg.id(projectArg),
      after: t.arg.id({ description: 'The id of the last event that the client has.' }),
    },
    subscribe: async (_root, { after, ...filter }, context) => {
      const scope = orgScope(context, 'member');
      const types = typesOf(filter);
      await requireProject(scope, filter);
      const { app } = context;
      const from = after ? await positionOf(app, scope, after) : await newestPosition(app, scope.orgId);
      return endable((signal) => follow(signal, context, { types, filter, from, orgId: scope.orgId }));
    },
    resolve: (event: OrgEvent) => event,
  }),
}));

async function requireProject(scope: OrgScope, { projectId }: EventFilter): Promise<void> {
  if (projectId) await getProject(scope, projectId);
}

interface Followed {
  orgId: string;
  types: ReadonlySet<string>;
  filter: EventFilter;
  from: Position;
}

async function* follow(signal: AbortSignal, context: Context, { orgId, types, filter, from }: Followed) {
  let position = from;
  const watched = watchUntil<Batch>(signal, context, {
    permission: 'member',
    topics: [eventsTopic(orgId)],
    read: async ({ access }) => {
      const { events, ...rest } = await eventsAfter(context.app, orgId, position);
      position = rest.position;
      const sight = sightOf(access, types);
      return { ...rest, events: events.filter((event) => isSeen(sight, event, filter)) };
    },
    again: (batch) => batch.again,
  });
  for await (const { events } of watched) yield* events;
  return undefined;
}
