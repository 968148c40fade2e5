import { headOf, plainLine, type RecordHead, RecordLines } from './log-record.ts';
import { type Loading, Places } from './place.ts';
import { beginsTraceback, chainOf, rootOf } from './traceback.ts';

export interface OdooFinding {
  readonly severity: 'error' | 'warning';
  readonly module: string | null;
  /** Below the directory of modules; of a file elsewhere, the end of its path. */
  readonly file: string | null;
  readonly line: number | null;
  /** One line: what was wrong first, as far as the log says it. */
  readonly message: string;
  readonly traceback: string | null;
}

const mostFindings = 50;
const longestMessage = 1000;
const longestTraceback = 8 * 1024;

/** What Odoo tells of modules as a warning, though it goes on without them. */
const aboutModules =
  /not installable, skipped|: manifest not found|dependency loop, skipped|Some modules are not loaded|inconsistent states|invalid module names, ignored|incompatible version, setting installable=False/;
/** What comes along with the error itself, before or after it. */
const accompanies =
  /^(?:Failed to load registry|Couldn't load module \S+|Failed to initialize database|bad query\b|Failed to load server-wide module)/;

interface Entry {
  readonly head: RecordHead | null;
  readonly lines: RecordLines;
  /** What Odoo was loading at that time. */
  readonly loading: Loading;
}

const ranks = ['error', 'accompanying', 'warning'] as const;

interface Ranked {
  readonly finding: OdooFinding;
  readonly rank: (typeof ranks)[number];
}

type Found = Map<string, Ranked>;

const oneLine = (lines: readonly string[]): string =>
  lines.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, longestMessage).toWellFormed();

function shortened(text: string): string {
  if (text.length <= longestTraceback) return text;
  const half = longestTraceback / 2 - 2;
  return `${text.slice(0, half).toWellFormed()}\n…\n${text.slice(-half).toWellFormed()}`;
}

/** Reads the log of Odoo line by line and gathers what went wrong. `modules`: those that the user deploys. */
export class OdooFindings {
  readonly #places: Places;
  readonly #found: Found = new Map();
  #entry: Entry | null = null;
  #loading: Loading = { module: null, file: null };

  constructor(modules: ReadonlySet<string>) {
    this.#places = new Places(modules);
  }

  add(given: string): void {
    const line = plainLine(given);
    const head = headOf(line);
    if (head === null && !this.#isNew(line)) {
      this.#entry?.lines.add(line);
      return;
    }
    this.#keep(this.#entry, this.#found);
    this.#entry = { head, lines: new RecordLines(), loading: this.#loading };
    if (head) this.#follow(head);
    else this.#entry.lines.add(line);
  }

  /** In the order of the log. Errors go before warnings where there are too many, and what accompanies errors is told of only without them. */
  all(): readonly OdooFinding[] {
    const found = new Map(this.#found);
    this.#keep(this.#entry, found);
    const all = [...found.values()];
    const told = all.filter(({ rank }) => rank !== 'accompanying' || !all.some((one) => one.rank === 'error'));
    const first = new Set(
      [...told].sort((one, other) => ranks.indexOf(one.rank) - ranks.indexOf(other.rank)).slice(0, mostFindings),
    );
    return told.filter((one) => first.has(one)).map(({ finding }) => finding);
  }

  /** A traceback that no record begins is of a program that ends. */
  #isNew(line: string): boolean {
    const level = this.#entry?.head?.level;
    return beginsTraceback(line) && (this.#entry === null || level === 'INFO' || level === 'DEBUG');
  }

  #follow({ logger, text }: RecordHead): void {
    if (logger !== 'odoo.modules.loading') return;
    const [, module] = /^Loading module (\w+) \(/.exec(text) ?? [];
    const [, file] = /^loading (\w+\/\S+)$/.exec(text) ?? [];
    if (module !== undefined) this.#loading = { module, file: null };
    else if (file !== undefined) this.#loading = { ...this.#loading, file };
    else if (/^(?:Module \w+ loaded|\d+ modules loaded)/.test(text)) this.#loading = { module: null, file: null };
  }

  #keep(entry: Entry | null, found: Found): void {
    if (entry === null) return;
    const { head } = entry;
    const severity = head === null || /^(?:ERROR|CRITICAL)$/.test(head.level) ? 'error' : 'warning';
    if (severity === 'warning' && !(head?.level === 'WARNING' && aboutModules.test(head.text))) return;
    // Each rank has room of its own: many warnings leave it to the error that follows.
    const isFull = (rank: Ranked['rank']): boolean =>
      [...found.values()].filter((one) => one.rank === rank).length >= mostFindings;
    if (isFull(severity)) return;
    const finding = this.#finding(severity, entry, entry.lines.all());
    const accompanying = severity === 'error' && finding.traceback === null && accompanies.test(head?.text ?? '');
    const rank = accompanying ? 'accompanying' : severity;
    const { module, file, line, message } = finding;
    const key = JSON.stringify([severity, module, file, line, message]);
    if (!isFull(rank) && !found.has(key)) found.set(key, { finding, rank });
  }

  #finding(severity: OdooFinding['severity'], { head, loading }: Entry, lines: readonly string[]): OdooFinding {
    const chain = chainOf(lines);
    const root = rootOf(chain);
    // The database says after the query what is wrong with it.
    const refused = lines.filter((line) => /^(?:ERROR|DETAIL): /.test(line));
    const text =
      head && /^bad query\b/.test(head.text)
        ? [...refused, head.text]
        : [head?.text || (lines.find((line) => line.trim() !== '') ?? '')];
    const message = oneLine(root && root.says.length > 0 ? root.says : text);
    const said = [message, ...chain.flatMap(({ says }) => says), head?.text ?? ''].join('\n');
    const place = this.#places.placeOf(chain, root, said, loading);
    const [, logging] = /^odoo\.addons\.(\w+)/.exec(head?.logger ?? '') ?? [];
    const begin = lines.findIndex(beginsTraceback);
    return {
      severity,
      module:
        (this.#places.has(place?.module) ? place.module : this.#places.mentioned(said)) ??
        (chain.length > 0 ? loading.module : null) ??
        place?.module ??
        logging ??
        null,
      file: place?.file ?? null,
      line: place?.line ?? null,
      message,
      traceback: begin < 0 ? null : shortened(lines.slice(begin).join('\n').trimEnd()),
    };
  }
}
