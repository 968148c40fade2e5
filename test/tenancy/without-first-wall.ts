/**
 * Loaded before the program (`node --import`): takes every condition on the organization out of its queries as they are
 * loaded, and says where. What still stands then is the second wall.
 */
import { registerHooks } from 'node:module';

/** The end of the `{…}` that begins at `start`. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '{') depth += 1;
    if (text[i] === '}') depth -= 1;
    if (depth === 0) return i + 1;
  }
  return text.length;
}

function withoutConditions(text: string): { text: string; hits: number } {
  let hits = 0;
  let result = '';
  let rest = 0;
  for (const match of text.matchAll(/where(?::| =) (?=\{)/g)) {
    const start = match.index + match[0].length;
    if (start < rest) continue;
    const end = endOf(text, start);
    const clause = text.slice(start, end).replace(/(?<=[{,]\s*)orgId(: scope\.orgId)?(?=\s*[,}])\s*,?/g, () => {
      hits += 1;
      return '';
    });
    result += text.slice(rest, start) + clause;
    rest = end;
  }
  result += text.slice(rest);
  result = result.replace(/\b\w+\.org_id = (\$\d*::uuid)/g, (_, value: string) => {
    hits += 1;
    return `${value} IS NOT NULL`;
  });
  return { text: result, hits };
}

const root = new URL('../../', import.meta.url).href;
// What works without an organization as its caller: sign-in, administration, the erasing of an organization.
const others = /^src\/(access|identity|admin|orgs\/erase)/;

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const path = url.startsWith(root) ? url.slice(root.length) : '';
    if (!/^(src|schema)\/.*\.ts$/.test(path) || others.test(path) || !loaded.source) return loaded;
    const { text, hits } = withoutConditions(Buffer.from(loaded.source.toString()).toString('utf8'));
    if (hits > 0) process.stdout.write(`removed ${hits} from ${path}\n`);
    return { ...loaded, source: text };
  },
});
