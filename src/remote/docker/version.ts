/** The API of Docker 20.10, below which nothing works, and that of Docker 25, which Docker 29 still serves. */
const oldest = [1, 41];
const newest = [1, 44];

const parse = (version: string): number[] | undefined =>
  /^\d{1,3}\.\d{1,3}$/.test(version) ? version.split('.').map(Number) : undefined;
const compare = (a: number[], b: number[]): number => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);

/** The version of the API to speak with an engine that speaks `engine`; undefined with one that is too old. */
export function negotiated(engine: string): string | undefined {
  const version = parse(engine);
  if (!version || compare(version, oldest) < 0) return undefined;
  return (compare(version, newest) < 0 ? version : newest).join('.');
}
