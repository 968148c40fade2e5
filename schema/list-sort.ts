import { builder } from './builder.ts';

const times = {
  CREATED_AT: { value: 'created_at', description: 'Oldest first.' },
  CREATED_AT_DESC: { value: '-created_at', description: 'Newest first.' },
} as const;

const TimeSort = builder.enumType('TimeSort', { description: 'The order of a list without names.', values: times });
const ListSort = builder.enumType('ListSort', {
  description: 'The order of a list.',
  values: {
    ...times,
    NAME: { value: 'name', description: 'By name, ascending.' },
    NAME_DESC: { value: '-name', description: 'By name, descending.' },
  } as const,
});

/** The argument of a list; newest first by default. */
export const listSort = { type: ListSort, defaultValue: '-created_at', description: 'The order.' } as const;
export const timeSort = { ...listSort, type: TimeSort } as const;
