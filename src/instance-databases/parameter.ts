type Category = 'memory' | 'connections' | 'wal' | 'planner' | 'parallel' | 'autovacuum' | 'logging';

interface Bounded {
  /** Of memory in kB, of times in milliseconds. */
  min: number;
  max: number;
}
type Range =
  | ({ kind: 'memory' | 'time' | 'integer' | 'number' } & Bounded)
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'boolean' };

/** A parameter of PostgreSQL that may be chosen. */
export interface Parameter {
  readonly name: string;
  readonly category: Category;
  readonly kind: Range['kind'];
  /** What its numbers count without a unit of their own. */
  readonly unit: 'kB' | 'ms' | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly options: readonly string[];
  readonly needsRestart: boolean;
  readonly description: string;
}

const unitsOf = { memory: 'kB', time: 'ms', integer: null, number: null, choice: null, boolean: null } as const;

export function parameter(
  name: string,
  category: Category,
  { needsRestart = false, ...range }: Range & { needsRestart?: boolean },
  description: string,
): Parameter {
  const bounded = 'min' in range ? { min: range.min, max: range.max } : { min: null, max: null };
  const options = range.kind === 'choice' ? range.options : range.kind === 'boolean' ? ['on', 'off'] : [];
  return {
    name,
    category,
    kind: range.kind,
    unit: unitsOf[range.kind],
    ...bounded,
    options,
    needsRestart,
    description,
  };
}

/** As PostgreSQL writes them, in the unit in which such a parameter counts here. */
const factors: Readonly<Record<'kB' | 'ms', Readonly<Record<string, number>>>> = {
  kB: { kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 },
  ms: { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};
const written = /^(-?\d+(?:\.\d+)?)\s?(kB|MB|GB|TB|ms|s|min|h|d)?$/;

/** Memory in kB and times in ms of a text as PostgreSQL writes it; undefined where it is none. */
export function numberIn(text: string, unit: Parameter['unit']): number | undefined {
  const [, digits, suffix] = written.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  if (suffix === undefined) return Number(digits);
  const factor = unit === null ? undefined : factors[unit][suffix];
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** A number of kB or ms in the largest unit that it is a whole number of. */
export function inUnits(value: number, unit: Parameter['unit']): string {
  if (unit === null) return String(value);
  if (value <= 0) return String(value);
  const [suffix, factor] = Object.entries(factors[unit])
    .toReversed()
    .find(([, size]) => value % size === 0) ?? [unit, 1];
  return `${value / factor}${suffix}`;
}

const truths: Readonly<Record<string, string>> = {
  on: 'on',
  true: 'on',
  yes: 'on',
  off: 'off',
  false: 'off',
  no: 'off',
};

/** The value as it is stored, or what is wrong with it. */
export function valueIn(one: Parameter, given: string): { value: string } | { constraint: string; message: string } {
  const text = given.trim();
  if (one.kind === 'boolean') {
    const value = truths[text.toLowerCase()];
    return value ? { value } : { constraint: 'one_of', message: 'must be on or off' };
  }
  if (one.kind === 'choice')
    return one.options.includes(text)
      ? { value: text }
      : { constraint: 'one_of', message: `must be one of ${one.options.join(', ')}` };
  const number = numberIn(text, one.unit);
  const example = one.unit === 'kB' ? 'a size such as 64MB' : one.unit === 'ms' ? 'a time such as 30s' : 'a number';
  if (number === undefined || (one.kind !== 'number' && !Number.isInteger(number)))
    return { constraint: 'format', message: `must be ${example}` };
  if (one.min !== null && number < one.min)
    return { constraint: 'min', message: `must be at least ${inUnits(one.min, one.unit)}` };
  if (one.max !== null && number > one.max)
    return { constraint: 'max', message: `must be at most ${inUnits(one.max, one.unit)}` };
  return { value: inUnits(number, one.unit) };
}
