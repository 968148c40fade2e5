import { z } from 'zod';
import { type ToldEventType, eventTypes } from '../../src/events/catalogue/told.ts';

interface EventField {
  name: string;
  type: string;
  description: string;
}

export interface EventGroup {
  /** What its events are about: the part of their names before the dot. */
  noun: string;
  events: (ToldEventType & { fields: EventField[]; json: string })[];
}

const type = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().join(' or '))
  .optional();
const property = z.looseObject({
  type,
  const: z.unknown().optional(),
  anyOf: z.array(z.looseObject({ type })).optional(),
  items: z.looseObject({ type }).optional(),
  description: z.string().optional(),
});
const object = z.looseObject({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
});

function typeOf({ type, const: only, anyOf, items }: z.infer<typeof property>): string {
  if (only !== undefined) return JSON.stringify(only);
  if (anyOf) return anyOf.map((one) => one.type ?? 'object').join(' or ');
  return type === 'array' ? `list of ${items?.type ?? 'object'}` : (type ?? 'object');
}

function fieldsOf(schema: unknown): EventField[] {
  const { properties, required } = object.parse(schema);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: `${typeOf(field)}${required.includes(name) ? '' : ', optional'}`,
    description: field.description ?? '',
  }));
}

/** Every type of events, by what they are about, for their page. */
export function eventGroups(): EventGroup[] {
  const nouns = [...new Set(eventTypes.map(({ name }) => name.split('.')[0] ?? name))];
  return nouns.map((noun) => ({
    noun,
    events: eventTypes
      .filter(({ name }) => name.startsWith(`${noun}.`))
      .map((type) => ({
        ...type,
        fields: fieldsOf(type.dataSchema),
        json: JSON.stringify(type.example, null, 2),
      })),
  }));
}
