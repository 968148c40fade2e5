import type { z } from 'zod';

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};
const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  uuid: 'an id',
  url: 'a URL',
  datetime: 'a date and time such as 2026-11-24T09:30:00Z',
  date: 'a date such as 2026-11-24',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'a network such as 10.0.0.0/8',
  cidrv6: 'a network such as fd00::/8',
};

/** How much of something there may be: `at least 3 characters`. */
function amount(bound: 'at least' | 'at most', count: number | bigint, origin: string): string {
  const units: Readonly<Record<string, readonly [string, string]>> = {
    string: ['character', 'characters'],
    array: ['entry', 'entries'],
    set: ['entry', 'entries'],
  };
  const unit = units[origin];
  if (!unit) return `must be ${bound} ${count}`;
  return `must have ${bound} ${count} ${Number(count) === 1 ? unit[0] : unit[1]}`;
}

/** What the parser's library finds, in our words: what the value must be. It quotes nothing that was sent. */
export function ownWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${types[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'must not be empty';
      return amount('at least', issue.minimum, issue.origin);
    case 'too_big':
      return amount('at most', issue.maximum, issue.origin);
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'in the documented form'}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'has fields that are not known';
    default:
      return 'is not valid';
  }
}
