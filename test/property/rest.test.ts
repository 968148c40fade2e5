import fc from 'fast-check';
import { isNonNullType } from 'graphql';
import { expect } from 'vitest';
import { openApi } from '../../rest/openapi.ts';
import { prepare } from '../../rest/prepared.ts';
import type { Route } from '../../rest/route.ts';
import { routes } from '../../rest/routes.ts';
import { schema } from '../../schema/index.ts';
import { errorTable } from '../../src/errors.ts';
import { Answer, type Client } from '../kit/client.ts';
import { isDeep } from '../kit/depth.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { text, inputOf } from './values.ts';

const runs = isDeep ? 40 : 10;

// GitHub is not to be asked by a test: the one in its place knows nobody.
it.override('env', ({ githubKeys }) => ({ OCORE_ROLE: 'gateway', ...githubKeys.env }));

let ocore: Ocore;
let owner: Client;
let known: string[];
const document = new Answer(200, new Headers(), openApi(schema));

it.beforeAll(async ({ ocore: started }) => {
  ocore = started;
  const secret = await ocore.owner('secretive');
  await secret.post('/projects', { name: 'planted-secret-of-another-organization' });
  await renew();
});

async function renew(): Promise<void> {
  owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 3);
  const ids = await ocore.sql<{ id: string }>(
    'SELECT id::text FROM projects UNION ALL SELECT id::text FROM instances UNION ALL SELECT id::text FROM environments UNION ALL SELECT id::text FROM servers UNION ALL SELECT id::text FROM operations',
  );
  known = ids.map((row) => row.id);
}

interface Request {
  path: string;
  body: unknown;
}

const encoded = (value: unknown): string =>
  encodeURIComponent(typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));

function requestOf(route: Route): fc.Arbitrary<Request> {
  const prepared = prepare(schema, route);
  const path = fc.record(
    Object.fromEntries(
      prepared.pathParameters.map((name) => [name, text(known).filter((value) => !['', '.', '..'].includes(value))]),
    ),
  );
  const query = fc.record(
    Object.fromEntries(
      prepared.queryParameters.map((name) => [
        prepared.queryName(name),
        fc.oneof(inputOf(prepared.variables.get(name) ?? fail(name), known), text(known)),
      ]),
    ),
    { requiredKeys: [] },
  );
  const input = prepared.variables.get('input');
  const named = (route.body ?? []).flatMap((name) => {
    const type = prepared.variables.get(name);
    return type ? [{ name, type }] : [];
  });
  const wanted = input
    ? inputOf(input, known)
    : named.length > 0
      ? fc.record(Object.fromEntries(named.map(({ name, type }) => [name, inputOf(type, known)])), {
          requiredKeys: named.filter(({ type }) => isNonNullType(type)).map(({ name }) => name),
        })
      : fc.constant(undefined);
  const body =
    route.method === 'get'
      ? fc.constant(undefined)
      : fc.oneof({ weight: 4, arbitrary: wanted }, { weight: 1, arbitrary: fc.jsonValue() });
  return fc.tuple(path, query, body).map(([parameters, search, sent]) => {
    const filled = route.path.replace(/\{(\w+)\}/g, (_match, name: string) => encoded(parameters[name]));
    const pairs = Object.entries(search).map(([name, value]) => `${name}=${encoded(value)}`);
    return { path: `/api${filled}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`, body: sent };
  });
}

function fail(name: string): never {
  throw new Error(`The variable ${name} has no type`);
}

it.each(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
  '%s gives only documented answers',
  async (name, route) => {
    const documented = Object.keys(Object(document.at(`paths.${route.path}.${route.method}.responses`)));
    const check = async ({ path, body }: Request): Promise<void> => {
      const answer = await owner.request(
        route.method.toUpperCase(),
        path,
        body === undefined ? undefined : JSON.stringify(body),
      );
      const told = `${name} ${path} ${JSON.stringify(body)} -> ${answer.status} ${JSON.stringify(answer.body)}`;
      expect(answer.status, told).toBeLessThan(500);
      expect(documented, told).toContain(String(answer.status));
      expect(told).not.toContain('planted-secret-of-another-organization');
      if (answer.status < 400) return;
      expect(Object.keys(errorTable), told).toContain(answer.at('error.code'));
      expect(answer.at('error.request_id'), told).toBe(answer.headers.get('x-request-id'));
      // Some of it ends the own session or account: go on as somebody new.
      if (answer.status === 401) await renew();
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constant(null).chain(() => requestOf(route)),
        check,
      ),
      { numRuns: runs },
    );
  },
);
