import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:projects');

export const projectEvents = {
  'project.created': event('A project was created.', z.strictObject({ name: z.string(), slug: z.string() }), {
    name: 'ERP',
    slug: 'erp',
  }),
  'project.updated': event('A project was changed.', z.strictObject({ name: z.string() }), { name: 'ERP' }),
  'project.archived': event('A project was archived.'),
  'project.unarchived': event('A project was taken out of the archive.'),
  'project.deleted': event('A project was deleted.'),
} satisfies Record<`project.${string}`, EventType>;
