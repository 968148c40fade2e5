import { afterAll, describe, expect } from 'vitest';
import { expand, isPermission, type Permission, permissions } from '../../src/access/permissions.ts';
import { callGraphql, callRest, inBatches, type Outcome } from '../kit/call.ts';
import { allFields, allRoutes, idPlaces, requestOf, restRequestOf, type RootField } from '../kit/fields.ts';
import { it } from '../kit/fixtures.ts';
import { Snapshot } from '../kit/snapshot.ts';
import { mark, rowsOf } from '../kit/two-orgs.ts';
import { type Caller, type Cast, cast } from './callers.ts';
import { probeForeign } from './foreign.ts';

// Without a worker the fixture stays as it is.
it.override('env', { OCORE_ROLE: 'gateway' });

let people: Cast;
let snapshot: Snapshot;

it.beforeAll(async ({ ocore }) => {
  people = await cast(ocore);
  snapshot = await Snapshot.take(ocore.running.databaseUrl);
});
afterAll(async () => {
  await snapshot?.close();
});

type Expected = 401 | 403 | 404 | 'allowed' | 'whatever';

/** These make something that lies in no project yet: they need their permission in the whole organization. */
const wholeOrganization: ReadonlySet<string> = new Set(['Mutation.createProject']);

/** A person reaches the API keys that are its own; a key needs the permission in the whole organization. */
const keysNeed: Readonly<Record<string, Permission>> = {
  'Query.apiKey': 'view:api_keys',
  'Query.apiKeys': 'view:api_keys',
  'Mutation.createApiKey': 'manage:api_keys',
  'Mutation.updateApiKey': 'manage:api_keys',
  'Mutation.rotateApiKey': 'manage:api_keys',
  'Mutation.revokeApiKey': 'manage:api_keys',
};

/** What the declared scopes mean for a caller. */
function expectedOf({ name, scopes }: RootField, caller: Caller): Expected {
  const isPublic = scopes['public'] === true;
  if (caller.is === 'nobody') return isPublic ? 'allowed' : 401;
  // A dead token stands in the way of nothing that needs none.
  if (caller.is === 'dead') return isPublic ? 'allowed' : 401;
  // What an id leads to lies in the organization.
  if (caller.is === 'outsider') return name === 'Query.node' ? 404 : expectedOfOutsider(scopes, caller);
  if (caller.is === 'administrator') return scopes['admin'] === true ? 'allowed' : 'whatever';
  if (scopes['admin'] === true) return 403;
  if (scopes['person'] === true && !caller.person) return 403;
  if (scopes['owner'] === true && !caller.owner) return 403;
  const forKeys = caller.person ? undefined : keysNeed[name];
  if (forKeys && !caller.held.has(forKeys)) return 403;
  const permission = permissionOf(scopes);
  if (permission === undefined || caller.held.has(permission)) return 'allowed';
  return caller.inProject.has(permission) && !wholeOrganization.has(name) ? 'allowed' : 403;
}

/** An organization that is not the caller's stands in the way only where one is needed. */
function expectedOfOutsider(scopes: RootField['scopes'], caller: Caller): Expected {
  if (scopes['person'] === true && !caller.person) return 403;
  if (scopes['member'] === true || scopes['owner'] === true || permissionOf(scopes)) return 404;
  return scopes['admin'] === true ? 403 : 'allowed';
}

function permissionOf(scopes: RootField['scopes']): Permission | undefined {
  const { permission } = scopes;
  return typeof permission === 'string' && isPermission(permission) ? permission : undefined;
}

/** What came of it, in the same words. Only what the gate says counts: a wrong code or an illegal state was let in. */
function gotOf(outcome: Outcome, field: RootField): Expected {
  // What a field without a gate says of a token among its arguments is its own.
  if (field.scopes['public'] !== true && (outcome.code === 'unauthenticated' || outcome.code === 'token_expired'))
    return 401;
  if (outcome.code === 'forbidden') return 403;
  if (outcome.code === 'not_found' && (outcome.details['slug'] !== undefined || idPlaces(field).length > 0)) return 404;
  return 'allowed';
}

interface Probe {
  name: string;
  root: RootField;
  run(caller: Caller): Promise<Outcome>;
}

const probes: readonly Probe[] = [
  ...allFields.map(
    (root): Probe => ({ name: root.name, root, run: ({ client, ids }) => callGraphql(client, requestOf(root, ids)) }),
  ),
  ...allRoutes.map(
    (route): Probe => ({
      name: route.name,
      root: route.root,
      run: async ({ client, ids }) => {
        const request = restRequestOf(route, ids);
        if (!request) throw new Error(`${route.name} cannot be asked for`);
        return callRest(client, request);
      },
    }),
  ),
];

/** Runs a probe and says what is wrong with its outcome. */
async function complaint(probe: Probe, caller: Caller, wrong: string[]): Promise<Outcome | undefined> {
  const expected = expectedOf(probe.root, caller);
  if (expected === 'whatever') return undefined;
  const outcome = await probe.run(caller).catch((error: unknown) => String(error));
  if (typeof outcome === 'string') {
    wrong.push(outcome);
    return undefined;
  }
  const got = gotOf(outcome, probe.root);
  const permission = permissionOf(probe.root.scopes);
  // The gate names what is missing: another refusal would be somebody else's.
  const named =
    expected !== 403 ||
    permission === undefined ||
    wholeOrganization.has(probe.root.name) ||
    outcome.details['permission'] === permission ||
    (probe.root.scopes['person'] === true && !caller.person);
  if (got !== expected || !named || outcome.status >= 500)
    wrong.push(
      `${probe.name}: ${expected} was declared, ${got} came (${outcome.status} ${outcome.code} ${outcome.message})`,
    );
  return outcome;
}

async function check(caller: Caller, chosen: readonly Probe[] = probes): Promise<string[]> {
  const wrong: string[] = [];
  const changes = (probe: Probe): boolean =>
    probe.root.type === 'Mutation' && expectedOf(probe.root, caller) === 'allowed';
  await inBatches(
    chosen.filter((probe) => !changes(probe)),
    async (probe) => {
      await complaint(probe, caller, wrong);
    },
  );
  for (const probe of chosen.filter(changes)) {
    // An error changed nothing.
    if ((await complaint(probe, caller, wrong))?.code === null) await snapshot.restore();
  }
  return wrong;
}

it('knows every field and route', () => {
  expect(allFields.length).toBeGreaterThan(50);
  expect(allRoutes.length).toBeGreaterThan(40);
  expect(
    allFields
      .filter(
        ({ scopes }) =>
          !['public', 'signedIn', 'person', 'member', 'admin', 'owner', 'permission'].some((name) => name in scopes),
      )
      .map(({ name }) => name),
  ).toEqual([]);
});

describe('every field and route, as declared, for', () => {
  it.each([
    'nobody',
    'an expired token',
    'an ended session',
    'a member of another organization',
    'a key of another organization',
    'the administrator',
    'Owner',
    'Admin',
    'Developer',
    'Viewer',
    'a Developer of one project',
    'a full key',
    'a key for one project',
  ])(
    '%s',
    async (name) => {
      const caller = people.callers.find((one) => one.name === name);
      if (!caller) throw new Error(`Nobody is ${name}`);
      expect(await check(caller)).toEqual([]);
    },
    300_000,
  );

  it('a role, and a key, that hold everything but the permission', async ({ ocore }) => {
    const wrong: string[] = [];
    for (const permission of permissions) {
      const chosen = probes.filter((probe) => permissionOf(probe.root.scopes) === permission);
      if (chosen.length === 0) continue;
      // Without the view the manage is not held either, which implies it.
      const rest = permissions.filter(
        (other) => other !== permission && other !== permission.replace('view:', 'manage:'),
      );
      await ocore.sql('UPDATE roles SET permissions = $2 WHERE id = $1', [people.custom.roleId, rest]);
      await ocore.sql('UPDATE api_keys SET permissions = $2 WHERE id = $1', [people.customKey.keyId, rest]);
      for (const caller of [people.custom, people.customKey])
        wrong.push(
          ...(await check({ ...caller, held: expand(rest) }, chosen)).map((line) => `${caller.name}: ${line}`),
        );
    }
    await snapshot.restore();
    expect(wrong).toEqual([]);
  }, 300_000);
});

describe('ids that are not the caller’s own', () => {
  it('are 404, or lead to nothing, for another organization’s Owner', async ({ ocore }) => {
    const before = await rowsOf(ocore, people.org.id);
    // Whoever administers the installation sees all organizations.
    const { asked, wrong } = await probeForeign(
      people.other.owner,
      people.other.ids,
      people.org.ids,
      ({ scopes }) => scopes['admin'] !== true,
    );
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(60);
    expect(await rowsOf(ocore, people.org.id)).toBe(before);
    await snapshot.restore();
  }, 300_000);

  it('are 404 for who is limited to another project', async ({ ocore }) => {
    const before = await rowsOf(ocore, people.org.id);
    for (const name of ['a Developer of one project', 'a key for one project']) {
      const caller = people.callers.find((one) => one.name === name) ?? owner();
      const { project, environment, instance, operation } = people.elsewhere;
      const may = ({ scopes }: RootField): boolean => caller.inProject.has(permissionOf(scopes) ?? 'manage:org');
      const { wrong, asked } = await probeForeign(
        caller.client,
        caller.ids,
        {
          ...people.org.ids,
          project: project ?? '',
          environment: environment ?? '',
          instance: instance ?? '',
          operation: operation ?? '',
        },
        may,
      );
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(20);
    }
    expect(await rowsOf(ocore, people.org.id)).toBe(before);
  }, 300_000);

  it('lead to nothing as a cursor', async () => {
    const lists = allRoutes.filter(({ route, root }) => route.answer.as === 'list' && root.scopes['admin'] !== true);
    for (const route of lists) {
      const own = await callRest(people.org.owner, {
        method: 'GET',
        path: `/api${route.route.path.replace(/\{\w+\}/, people.org.ids['member'] ?? '')}?limit=1`,
        body: undefined,
      });
      const cursor: unknown = Object(own.data).next_cursor;
      if (typeof cursor !== 'string') continue;
      const answer = await callRest(people.other.owner, {
        method: 'GET',
        path: `/api${route.route.path.replace(/\{\w+\}/, people.other.ids['member'] ?? '')}?limit=100&cursor=${encodeURIComponent(cursor)}`,
        body: undefined,
      });
      expect([route.name, JSON.stringify(answer).includes(mark)]).toEqual([route.name, false]);
    }
    expect(lists.length).toBeGreaterThan(4);
  });
});

function owner(): Caller {
  const found = people.callers.find(({ name }) => name === 'Owner');
  if (!found) throw new Error('There is no Owner');
  return found;
}
