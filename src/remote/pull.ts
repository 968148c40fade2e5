import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { DockerEngine } from './docker/engine.ts';
import { pullEventShape } from './docker/shapes.ts';
import type { PullCredentials } from './docker/specs.ts';
import { engineError, RemoteError } from './errors.ts';
import { parseImageReference } from './image-reference.ts';
import { Pace } from './pace.ts';
import { within } from './within.ts';

/** A pull that goes on for longer is not one. */
const longestMs = 2 * 3600_000;
const maxEventBytes = 64 * 1024;
const maxLayers = 1000;

export interface PullProgress {
  percent: number;
  status: string;
  currentBytes: number;
  totalBytes: number;
}

type PullEvent = z.infer<typeof pullEventShape>;

/** Pulls an image; progress is summed over the layers whose size is known so far. */
export async function pullImage(
  docker: DockerEngine,
  image: string,
  options: {
    onProgress: (progress: PullProgress) => void;
    signal: AbortSignal;
    credentials?: PullCredentials | undefined;
  },
): Promise<void> {
  const reference = parseImageReference(image);
  if (!reference) throw new RemoteError('image_not_found', `${image.slice(0, 300)} is not an image reference`);
  const progress = new Layers();
  await within({ what: `Pulling ${image}`, ms: longestMs, signal: options.signal }, async (signal) => {
    for await (const event of eventsOf(
      await docker.pullImage(reference, { signal, credentials: options.credentials }),
      signal,
    )) {
      if (event.error !== undefined) throw engineError(event.error);
      const sums = progress.after(event);
      if (sums) options.onProgress(sums);
    }
  });
}

/** The events of a pull, one JSON text a line. Whatever else a server sends is an error of the pull. */
async function* eventsOf(body: Readable, signal: AbortSignal): AsyncGenerator<PullEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  const pace = new Pace();
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    await pace.take(bytes.length, signal);
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield eventOf(line);
    if (rest.length > maxEventBytes)
      throw new RemoteError('docker_error', 'A line in the Docker engine’s pull report is too long');
  }
  if (rest.trim() !== '') yield eventOf(rest);
}

function eventOf(line: string): PullEvent {
  try {
    return pullEventShape.parse(JSON.parse(line));
  } catch (error) {
    throw new RemoteError('docker_error', 'The Docker engine’s pull report is not valid', { cause: error });
  }
}

class Layers {
  readonly #layers = new Map<string, { current: number; total: number }>();
  #current = 0;
  #total = 0;

  /** The sums after an event, if it tells something about them. */
  after({ id, status = '', progressDetail }: PullEvent): PullProgress | undefined {
    const said = progressDetail?.total;
    if (!id || !said) return undefined;
    const known = this.#layers.get(id);
    if (!known && this.#layers.size >= maxLayers) return undefined;
    const total = known?.total ?? said;
    const done = status === 'Extracting' || status === 'Pull complete';
    const current = done ? total : Math.min(total, progressDetail?.current ?? 0);
    this.#layers.set(id, { current, total });
    this.#current += current - (known?.current ?? 0);
    this.#total += total - (known?.total ?? 0);
    return {
      percent: Math.floor((100 * this.#current) / this.#total),
      status: status.slice(0, 100),
      currentBytes: this.#current,
      totalBytes: this.#total,
    };
  }
}
