import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { afterAll, describe, expect } from 'vitest';
import { schema } from '../../schema/index.ts';
import { Answer, Client } from '../kit/client.ts';
import { checkAnswer, operationOf } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import type { IdentityProvider } from '../kit/identity-provider.ts';
import type { Ocore } from '../kit/ocore.ts';
import { type Block, type Guide, guides } from './guide.ts';
import { given, prepare, type Variables } from './stage.ts';
import { newSshKey } from '../kit/ssh-key.ts';

const run = promisify(execFile);
const privateKey = newSshKey().private;

it.override('keysAtGithub', [newSshKey().public]);
it.override('env', ({ google, githubKeys }) => ({
  // No worker: nothing that the examples start may change while the next one runs.
  OCORE_ROLE: 'gateway',
  // As in production.
  SERVER_NETWORKS_DENIED: '169.254.0.0/16',
  ...google.env,
  ...githubKeys.env,
}));
it.override('ownerName', 'admin');

let ocore: Ocore;
let home: string;
let google: IdentityProvider;

// The first account administers the installation; the guides' own are like any other.
it.beforeAll(async ({ ocore: started, google: provider, owner: _first }) => {
  ocore = started;
  google = provider;
  home = await mkdtemp(join(tmpdir(), 'ocore-guides-'));
  await run('mkdir', ['-p', join(home, '.ssh')]);
  await writeFile(join(home, '.ssh/ocore_ed25519'), privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

async function stage(guide: Guide, owner: Client): Promise<Variables> {
  const own = {
    API: `${ocore.url}/api`,
    TOKEN: owner.token ?? '',
    REFRESH_TOKEN: owner.refreshToken,
    ORG: owner.org ?? '',
    EMAIL: owner.email,
    SSH_KEY: privateKey,
  };
  return { ...own, ...(await given(ocore, guide, owner)) };
}

interface Sent {
  method: string;
  path: string;
  status: number;
  answer: Answer;
}

/** Runs a shell example as it stands, with a curl that also tells what it asked for. */
async function shell(block: Block, variables: Variables): Promise<Sent | undefined> {
  const curl = `curl() { command curl -sS --max-time ${block.stream ? 3 : 20} -w '\\n%{method} %{url} %{http_code}' "$@" || test ${block.stream ? 'true' : ''}; }\n`;
  const { stdout } = await run('bash', ['-euc', curl + block.text], {
    env: { PATH: process.env['PATH'] ?? '', ...variables, HOME: home },
    cwd: home,
  });
  const [, body = '', method = '', url = '', status = '0'] = /^([^]*)\n(\w+) (\S+) (\d+)$/.exec(stdout.trimEnd()) ?? [];
  if (!method) return undefined;
  const answer = new Answer(Number(status), new Headers(), /^[{[]/.test(body) ? JSON.parse(body) : body);
  return { method, path: url.slice((variables['API'] ?? '').length), status: answer.status, answer };
}

function filled(text: string, variables: Variables): string {
  return text.replace(/\$([A-Z_]+)/g, (_all, name: string) =>
    JSON.stringify(variables[name] ?? `<no ${name}>`).slice(1, -1),
  );
}

function keep(block: Block, answer: Answer, prefix: string, variables: Variables): void {
  for (const [variable, path] of block.save) {
    const value = answer.at(`${prefix}${path}`);
    variables[variable] =
      typeof value === 'object' && value !== null ? JSON.stringify(value) : answer.text(`${prefix}${path}`);
  }
}

/** The documented answer must say nothing that the real one does not. */
function missingIn(documented: unknown, real: unknown, path = ''): string[] {
  if (Array.isArray(documented))
    return Array.isArray(real)
      ? documented.flatMap((part, index) =>
          missingIn(part, real[Math.min(index, real.length - 1)], `${path}[${index}]`),
        )
      : [`${path} is not a list`];
  if (typeof documented !== 'object' || documented === null)
    return typeof real === 'object' && real !== null ? [`${path} is an object`] : [];
  if (typeof real !== 'object' || real === null) return [`${path} is not an object`];
  return Object.entries(documented).flatMap(([key, part]) =>
    key in real ? missingIn(part, Reflect.get(real, key), `${path}.${key}`) : [`${path}.${key}`],
  );
}

describe.each(guides().map((guide) => [guide.name, guide] as const))('the guide %s', (name, guide) => {
  it.runIf(guide.blocks.some((block) => block.language === 'sh'))(
    'shows requests that work over REST, and their answers',
    async () => {
      const owner = await ocore.owner(name);
      const variables = await stage(guide, owner);
      let last: Sent | undefined;
      for (const block of guide.blocks) {
        const where = `${name}.md:${block.line}`;
        if (block.language === 'json')
          expect([where, missingIn(JSON.parse(block.text), last?.answer.body)]).toEqual([where, []]);
        if (block.language !== 'sh') continue;
        if (!block.run) {
          const [, method = 'GET'] = /-X (\w+)/.exec(block.text) ?? [
            undefined,
            / -d /.test(block.text) ? 'POST' : 'GET',
          ];
          const path = /"\$API([^"]*)"/.exec(block.text)?.[1] ?? '';
          expect([where, operationOf(method, path)?.method]).toEqual([where, method.toLowerCase()]);
          continue;
        }
        Object.assign(variables, await prepare(ocore, google, block.before, variables));
        const sent = await shell(block, variables);
        if (block.text.includes('API=')) continue;
        if (!sent) throw new Error(`${where} sent nothing`);
        expect([where, sent.status, block.status === undefined && sent.status >= 300 ? sent.answer.body : '']).toEqual([
          where,
          block.status ?? sent.status,
          '',
        ]);
        if (block.stream) expect(sent.answer.body).toContain('data:');
        // What is not JSON is a file.
        else if (typeof sent.answer.body !== 'string' || sent.answer.body === '')
          checkAnswer(sent.method, sent.path, sent.status, sent.answer.body);
        keep(block, sent.answer, '', variables);
        last = sent;
      }
    },
  );

  it.runIf(guide.blocks.some((block) => block.language === 'graphql'))(
    'shows operations that work over GraphQL',
    async () => {
      const owner = await ocore.owner(`${name}-graphql`);
      const variables = await stage(guide, owner);
      for (const block of guide.blocks.filter((one) => one.language === 'graphql')) {
        const where = `${name}.md:${block.line}`;
        if (block.run) Object.assign(variables, await prepare(ocore, google, block.before, variables));
        const text = filled(block.text, variables);
        expect([where, validate(schema, parse(text)).map((error) => error.message)]).toEqual([where, []]);
        if (!block.run) continue;
        const reader = new Client(ocore.url, variables[block.as] ?? '', block.noOrg ? null : (variables['ORG'] ?? ''));
        if (/^\s*subscription/.test(text)) {
          for await (const event of reader.subscribe(text)) {
            expect(event.at('errors')).toBeUndefined();
            break;
          }
          continue;
        }
        const answer = await reader.graphql(text, { credential: JSON.parse(variables['CREDENTIAL'] ?? 'null') });
        expect([where, answer.at('errors.0.extensions.code'), block.code ? '' : answer.at('errors.0.message')]).toEqual(
          [where, block.code, block.code ? '' : undefined],
        );
        if (!block.code) keep(block, answer, 'data.', variables);
      }
    },
  );

  it.runIf(guide.blocks.some((block) => block.language === 'javascript'))(
    'shows programs that do what it says',
    async () => {
      const variables = await stage(guide, await ocore.owner(`${name}-program`));
      for (const block of guide.blocks.filter((one) => one.language === 'javascript')) {
        const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', block.text], {
          env: variables,
          timeout: 20_000,
        });
        expect([`${name}.md:${block.line}`, stdout.trim()]).toEqual([`${name}.md:${block.line}`, block.prints]);
      }
    },
  );
});

it('runs every language that the guides have examples in', () => {
  expect([...new Set(guides().flatMap((guide) => guide.blocks.map((block) => block.language)))].sort()).toEqual([
    // Files and commands of the guide for operators, which test/docs/production.test.ts checks.
    'caddyfile',
    'graphql',
    'ini',
    'javascript',
    'json',
    'nginx',
    'sh',
    'shell',
    // A question for the SQL console, as part of a text.
    'sql',
    // An HTTP message.
    'text',
  ]);
});
