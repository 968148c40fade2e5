import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A block of a guide: its language, the words behind it, its text. */
export interface Block {
  language: string;
  line: number;
  text: string;
  /** Shell variables that it gives, by the path of each in its answer. */
  save: readonly (readonly [string, string])[];
  /** What must be true before it, which only a worker with a real server could bring about. */
  before: string | undefined;
  status: number | undefined;
  code: string | undefined;
  run: boolean;
  stream: boolean;
  /** The variable whose token a GraphQL example is sent with; a shell example says it itself. */
  as: string;
  /** Whether it is sent without X-Org-Slug. */
  noOrg: boolean;
  /** What a program prints. */
  prints: string | undefined;
}

export interface Guide {
  name: string;
  needs: string | undefined;
  blocks: readonly Block[];
}

function toBlock(info: string, text: string, line: number): Block {
  const [language = '', ...words] = info.trim().split(/\s+/);
  const given = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const status = given('status');
  return {
    language,
    line,
    text,
    before: given('before'),
    as: given('as') ?? 'TOKEN',
    code: given('code'),
    status: status ? Number(status) : undefined,
    save: (given('save') ?? '')
      .split(',')
      .filter(Boolean)
      .map((part) => {
        const [variable = '', path = ''] = part.split(':');
        return [variable, path] as const;
      }),
    run: !words.includes('norun'),
    stream: words.includes('stream'),
    noOrg: words.includes('noorg'),
    prints: given('prints'),
  };
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map((match) =>
    toBlock(match[1] ?? '', match[2] ?? '', text.slice(0, match.index).split('\n').length),
  );
}

const folder = resolve(import.meta.dirname, '../../docs/site/guides');

export function guides(): Guide[] {
  return globSync('*.md', { cwd: folder })
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const needs = /^needs: (\w+)$/m.exec(text.split('\n---\n')[0] ?? '')?.[1];
      return { name: basename(file, '.md'), needs, blocks: blocksOf(text) };
    });
}
