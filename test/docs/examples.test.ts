import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../schema/index.ts';
import { Answer, Client } from '../kit/client.ts';
import { checkAnswer, operationOf } from '../kit/contract.ts';
import { activate, endOperations, fleetOf, settle } from '../kit/fleet-rows.ts';
import { Ocore } from '../kit/ocore.ts';
import { type Block, type Guide, guides } from './guide.ts';

const run = promisify(execFile);
const privateKey = ssh2.utils.generateKeyPairSync('ed25519').private;
let ocore: Ocore;
let home: string;

beforeAll(async () => {
  // No worker: nothing that the examples start may change while the next one runs.
  ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  home = await mkdtemp(join(tmpdir(), 'ocore-guides-'));
  await run('mkdir', ['-p', join(home, '.ssh')]);
  await writeFile(join(home, '.ssh/ocore_ed25519'), privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await ocore?.stop();
  await rm(home, { recursive: true, force: true });
});

type Variables = Record<string, string>;

/** What a guide takes for granted. */
async function given(guide: Guide, owner: Client): Promise<Variables> {
  // An address signs up once; the guide does it over both.
  await ocore.sql("UPDATE users SET email = id || '@example.com' WHERE email = 'ada@example.com'");
  const variables: Variables = { API: `${ocore.url}/api`, TOKEN: owner.token ?? '', REFRESH_TOKEN: owner.refreshToken, ORG: owner.org ?? '', EMAIL: owner.email, SSH_KEY: privateKey };
  if (guide.needs === undefined) return variables;
  if (guide.needs === 'project' || guide.needs === 'projects') {
    for (const name of guide.needs === 'project' ? ['ERP'] : ['Europe', 'Asia', 'Africa']) variables['PROJECT_ID'] = (await owner.post('/projects', { name })).text('id');
    return variables;
  }
  const fleet = await fleetOf(ocore, owner);
  // A server can go only when nothing lives on it.
  if (guide.needs === 'server') await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [fleet.INSTANCE_ID]);
  return { ...variables, ...fleet };
}

/** Brings about what a block says must be so before it. */
async function prepare(before: string | undefined, variables: Variables): Promise<void> {
  const operation = variables['OPERATION_ID'] ?? '';
  if (before === 'activeServer') await activate(ocore, variables['SERVER_ID'] ?? '');
  else if (before === 'running') await settle(ocore, variables['INSTANCE_ID'] ?? '');
  else if (before === 'runningOperation') await ocore.sql("UPDATE operations SET status = 'running', finished_at = NULL WHERE id = $1", [operation]);
  else if (before === 'failedOperation') {
    await endOperations(ocore, variables['INSTANCE_ID'] ?? '');
    await ocore.sql("UPDATE operations SET status = 'failed', cancel_requested = false WHERE id = $1", [operation]);
    await ocore.sql("UPDATE instances SET status = 'failed' WHERE id = $1", [variables['INSTANCE_ID']]);
  } else if (before !== undefined) throw new Error(`Nothing knows how to bring about ${before}`);
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
  const { stdout } = await run('bash', ['-euc', curl + block.text], { env: { PATH: process.env['PATH'] ?? '', ...variables, HOME: home } });
  const [, body = '', method = '', url = '', status = '0'] = /^([^]*)\n(\w+) (\S+) (\d+)$/.exec(stdout.trimEnd()) ?? [];
  if (!method) return undefined;
  const answer = new Answer(Number(status), new Headers(), body.startsWith('{') ? JSON.parse(body) : body);
  return { method, path: url.slice((variables['API'] ?? '').length), status: answer.status, answer };
}

function filled(text: string, variables: Variables): string {
  return text.replace(/\$([A-Z_]+)/g, (_all, name: string) => JSON.stringify(variables[name] ?? `<no ${name}>`).slice(1, -1));
}

function keep(block: Block, answer: Answer, prefix: string, variables: Variables): void {
  for (const [variable, path] of block.save) variables[variable] = answer.text(`${prefix}${path}`);
}

/** The documented answer must say nothing that the real one does not. */
function missingIn(documented: unknown, real: unknown, path = ''): string[] {
  if (Array.isArray(documented)) return Array.isArray(real) && real.length > 0 ? documented.flatMap((part, index) => missingIn(part, real[Math.min(index, real.length - 1)], `${path}[${index}]`)) : [];
  if (typeof documented !== 'object' || documented === null) return typeof real === 'object' && real !== null ? [`${path} is an object`] : [];
  if (typeof real !== 'object' || real === null) return [`${path} is not an object`];
  return Object.entries(documented).flatMap(([key, part]) => (key in real ? missingIn(part, Reflect.get(real, key), `${path}.${key}`) : [`${path}.${key}`]));
}

describe.each(guides().map((guide) => [guide.name, guide] as const))('the guide %s', (name, guide) => {
  it.runIf(guide.blocks.some((block) => block.language === 'sh'))('shows requests that work over REST, and their answers', async () => {
    const owner = await ocore.owner(name);
    const variables = await given(guide, owner);
    let last: Sent | undefined;
    for (const block of guide.blocks) {
      const where = `${name}.md:${block.line}`;
      if (block.language === 'json') expect([where, missingIn(JSON.parse(block.text), last?.answer.body)]).toEqual([where, []]);
      if (block.language !== 'sh') continue;
      if (!block.run) {
        const [, method = 'GET'] = /-X (\w+)/.exec(block.text) ?? [undefined, / -d /.test(block.text) ? 'POST' : 'GET'];
        const path = /"\$API([^"]*)"/.exec(block.text)?.[1] ?? '';
        expect([where, operationOf(method, path)?.method]).toEqual([where, method.toLowerCase()]);
        continue;
      }
      await prepare(block.before, variables);
      const sent = await shell(block, variables);
      if (block.text.includes('API=')) continue;
      if (!sent) throw new Error(`${where} sent nothing`);
      expect([where, sent.status, block.status === undefined && sent.status >= 300 ? sent.answer.body : '']).toEqual([where, block.status ?? sent.status, '']);
      if (block.stream) expect(sent.answer.body).toContain('data:');
      else checkAnswer(sent.method, sent.path, sent.status, sent.answer.body);
      keep(block, sent.answer, '', variables);
      last = sent;
    }
  });

  it.runIf(guide.blocks.some((block) => block.language === 'graphql'))('shows operations that work over GraphQL', async () => {
    const owner = await ocore.owner(`${name}-graphql`);
    const variables = await given(guide, owner);
    for (const block of guide.blocks.filter((one) => one.language === 'graphql')) {
      const where = `${name}.md:${block.line}`;
      const text = filled(block.text, variables);
      expect([where, validate(schema, parse(text)).map((error) => error.message)]).toEqual([where, []]);
      if (!block.run) continue;
      await prepare(block.before, variables);
      const reader = new Client(ocore.url, variables['TOKEN'] ?? '', variables['ORG'] ?? '');
      if (/^\s*subscription/.test(text)) {
        for await (const event of reader.subscribe(text)) { expect(event.at('errors')).toBeUndefined(); break; }
        continue;
      }
      const answer = await reader.graphql(text);
      expect([where, answer.at('errors.0.extensions.code'), block.code ? '' : answer.at('errors.0.message')]).toEqual([where, block.code, block.code ? '' : undefined]);
      if (!block.code) keep(block, answer, 'data.', variables);
    }
  });
});
