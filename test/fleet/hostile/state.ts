import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { z } from 'zod';

export const containerBody = z.object({
  Image: z.string(),
  Cmd: z.array(z.string()).nullish(),
  Env: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).default({}),
  HostConfig: z.looseObject({
    NetworkMode: z.string().default('default'),
    Mounts: z.array(z.object({ Type: z.string(), Source: z.string(), Target: z.string() })).default([]),
    PortBindings: z.record(z.string(), z.array(z.object({ HostPort: z.string() }))).default({}),
  }),
});
export type ContainerBody = z.infer<typeof containerBody>;

export interface Line {
  stream: 1 | 2;
  text: string;
  at: Date;
}

export const hexId = (): string => randomBytes(32).toString('hex');

export class FakeContainer extends EventEmitter<{ line: [Line]; ended: [] }> {
  readonly id = hexId();
  readonly created = new Date();
  readonly body: ContainerBody;
  readonly lines: Line[] = [];
  name: string;
  status: 'created' | 'running' | 'exited' = 'created';
  exitCode = 0;
  startedAt: Date | null = null;
  finishedAt: Date | null = null;

  constructor(name: string, body: ContainerBody) {
    super();
    this.setMaxListeners(0);
    this.name = name;
    this.body = body;
  }

  say(text: string): void {
    const line: Line = { stream: 2, text, at: new Date() };
    this.lines.push(line);
    this.emit('line', line);
  }

  end(exitCode: number): void {
    if (this.status !== 'running') return;
    this.status = 'exited';
    this.exitCode = exitCode;
    this.finishedAt = new Date();
    this.emit('ended');
  }
}

export interface FakeExec {
  id: string;
  container: FakeContainer;
  argv: string[];
  stdin: boolean;
  exitCode: number | null;
}

export interface Labelled {
  name: string;
  id: string;
  created: Date;
  labels: Readonly<Record<string, string>>;
}

/** What one engine has. */
export class EngineState {
  /** Where it says that it keeps its data. */
  rootDir = '/var/lib/docker';
  readonly images = new Set<string>();
  /** Those that were made of containers, with their labels. */
  readonly built = new Map<string, Record<string, string>>();
  readonly containers = new Map<string, FakeContainer>();
  readonly networks = new Map<string, Labelled>();
  readonly volumes = new Map<string, Labelled>();
  readonly execs = new Map<string, FakeExec>();

  /** By id, by the beginning of one, or by name, as Docker does. */
  container(key: string): FakeContainer | undefined {
    return (
      this.containers.get(key) ??
      [...this.containers.values()].find((one) => one.name === key || (key.length >= 12 && one.id.startsWith(key)))
    );
  }

  network(key: string): Labelled | undefined {
    return this.networks.get(key) ?? [...this.networks.values()].find((one) => one.name === key);
  }
}

const filterShape = z.record(
  z.string(),
  z.union([z.array(z.string()), z.record(z.string(), z.boolean()).transform((value) => Object.keys(value))]),
);

/** Docker's `filters`, in both of its notations. */
export function filtersOf(query: URLSearchParams): Record<string, string[]> {
  const text = query.get('filters');
  return text ? filterShape.parse(JSON.parse(text)) : {};
}

export function hasLabels(labels: Readonly<Record<string, string>>, wanted: readonly string[]): boolean {
  return wanted.every((label) => {
    const at = label.indexOf('=');
    return at < 0 ? label in labels : labels[label.slice(0, at)] === label.slice(at + 1);
  });
}
