import { z } from 'zod';
import { jsonOf } from './json-of.ts';

/** What is read of restic's JSON lines; others are passed over. */
const status = z.object({
  message_type: z.literal('status'),
  percent_done: z.number().default(0),
  total_bytes: z.number().default(0),
  bytes_done: z.number().default(0),
  seconds_elapsed: z.number().default(0),
  seconds_remaining: z.number().nullish(),
});
const summary = z.object({
  message_type: z.literal('summary'),
  snapshot_id: z.string().optional(),
  data_added: z.number().default(0),
  data_added_packed: z.number().default(0),
  total_bytes_processed: z.number().default(0),
  total_files_processed: z.number().default(0),
  num_errors: z.number().default(0),
});
const failure = z.object({
  message_type: z.enum(['error', 'exit_error']),
  message: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
  item: z.string().optional(),
});

export type ResticStatus = z.infer<typeof status>;
export type ResticSummary = z.infer<typeof summary>;
const shape = z.discriminatedUnion('message_type', [status, summary, failure]);

/** What one run has said. */
export class ResticOutput {
  code = 0;
  summary: ResticSummary | undefined;
  /** The last errors, in its own words. */
  readonly errors: string[] = [];
  /** Paths that could not be read. */
  readonly unreadable: string[] = [];
  /** Lines that are not its JSON messages: what `dump`, `cat` and `list` write. */
  readonly text: string[] = [];
  readonly #onStatus: ((status: ResticStatus) => void) | undefined;
  readonly #onText: ((line: string) => void) | undefined;

  constructor(onStatus?: (status: ResticStatus) => void, onText?: (line: string) => void) {
    this.#onStatus = onStatus;
    this.#onText = onText;
  }

  take({ stream, line }: { stream: 'stdout' | 'stderr'; line: string }): void {
    const message = line.startsWith('{"message_type"') ? shape.safeParse(jsonOf(line)).data : undefined;
    if (message?.message_type === 'status') this.#onStatus?.(message);
    else if (message?.message_type === 'summary') this.summary = message;
    else if (message) this.#failed(message.message ?? message.error?.message ?? 'unknown error', message.item);
    else if (stream === 'stderr') this.#failed(line);
    else if (this.#onText) this.#onText(line);
    else this.text.push(line);
  }

  #failed(message: string, item?: string): void {
    const said = message.trim();
    if (said !== '') this.errors.push(item ? `${item}: ${said}` : said);
    if (this.errors.length > 20) this.errors.shift();
    if (item && this.unreadable.length < 20) this.unreadable.push(item);
  }
}
