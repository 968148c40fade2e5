import { z } from 'zod';
import { organizationCatalogue } from './catalogue.ts';

/** A type of events as the reference and the documentation tell it. */
export interface ToldEventType {
  name: string;
  when: string;
  permission: string;
  /** JSON Schema. */
  dataSchema: unknown;
  example: unknown;
}

export const eventTypes: readonly ToldEventType[] = Object.entries(organizationCatalogue).map(
  ([name, { when, permission, data, example }]) => {
    const { $schema: _draft, ...dataSchema } = z.toJSONSchema(data);
    return { name, when, permission, dataSchema, example };
  },
);
