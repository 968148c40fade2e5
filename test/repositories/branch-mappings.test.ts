import { describe, expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];

let made = 0;
interface Place {
  path: string;
  /** Environments of the project; the last one tracks `own`. */
  environments: [string, string, string];
}
async function project(owner: Client): Promise<Place> {
  made += 1;
  const projectId = (await owner.post('/projects', { name: `Mapped ${made}` })).text('id');
  const add = async (name: string, branch?: string): Promise<string> =>
    (await owner.post('/environments', { projectId, name, type: 'development', branch })).text('id');
  return { path: `/projects/${projectId}`, environments: [await add('a'), await add('b'), await add('c', 'own')] };
}
const goes = async (owner: Client, { path }: Place, branch: string): Promise<unknown> =>
  (await owner.get(`${path}/branch-destination?branch=${encodeURIComponent(branch)}`)).at('environmentId');

describe('a pattern', () => {
  it.for([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['feature/*', 'feature/x', true],
    ['feature/*', 'feature/x/y', false],
    ['feature/*', 'feature/', false],
    ['feature/**', 'feature/x/y', true],
    ['**', 'a/b/c', true],
    ['*', 'a/b', false],
    ['*-hotfix', '19.0-hotfix', true],
    ['**/hotfix', 'a/b/hotfix', true],
    ['release/*.0', 'release/19.0', true],
    ['release/*.0', 'release/19x0', false],
    [`${'*a'.repeat(60)}`, 'a'.repeat(200), true],
    [`${'*a'.repeat(60)}b`, 'a'.repeat(200), false],
  ] as const)('%s and the branch %s: %s', async ([branchPattern, branch, fits], { owner }) => {
    const place = await project(owner);
    const [environmentId] = place.environments;
    const answer = await owner.post(`${place.path}/branch-mappings`, { branchPattern, environmentId });
    expect([answer.status, answer.at('priority')]).toEqual([201, 100]);
    // A branch that Git does not allow has no destination to ask for.
    const destination = await goes(owner, place, branch);
    expect(destination ?? null).toBe(fits ? environmentId : null);
  });

  it.for(['', 'a b', '-x', 'a..b', '***', 'feature/', '/x', 'x.lock', 'a?', 'x'.repeat(256)])(
    'is none that is %j',
    async (branchPattern, { owner }) => {
      const place = await project(owner);
      const answer = await owner.post(`${place.path}/branch-mappings`, {
        branchPattern,
        environmentId: place.environments[0],
      });
      expect(refusal(answer).slice(0, 3)).toEqual([400, 'validation_error', 'branchPattern']);
    },
  );
});

it('decides by priority, then by age, and last by the environment that names the branch', async ({ owner }) => {
  const place = await project(owner);
  const [a, b, c] = place.environments;
  const add = (branchPattern: string, environmentId: string, priority?: number) =>
    owner.post(`${place.path}/branch-mappings`, { branchPattern, environmentId, priority });
  expect(await goes(owner, place, 'own')).toBe(c);
  expect(await goes(owner, place, 'feature/x')).toBe(null);
  const wide = await add('**', a);
  expect(await goes(owner, place, 'own')).toBe(a);
  const narrow = await add('feature/*', b);
  expect(await goes(owner, place, 'feature/x')).toBe(a);
  expect((await owner.patch(`/branch-mappings/${narrow.text('id')}`, { priority: 0 })).at('priority')).toBe(0);
  expect(await goes(owner, place, 'feature/x')).toBe(b);
  const destination = await owner.get(`${place.path}/branch-destination?branch=feature/x`);
  expect(destination.at('mapping.branchPattern')).toBe('feature/*');
  const listed = await owner.get(`${place.path}/branch-mappings`);
  expect([listed.at('data.0.id'), listed.at('data.1.id')]).toEqual([narrow.at('id'), wide.at('id')]);
  await owner.delete(`/branch-mappings/${narrow.text('id')}`);
  expect((await owner.get(`/branch-mappings/${narrow.text('id')}`)).at('error.code')).toBe('not_found');
  expect(await goes(owner, place, 'feature/x')).toBe(a);
  expect(refusal(await owner.get(`${place.path}/branch-destination?branch=a..b`))).toEqual([
    400,
    'validation_error',
    'branch',
    'format',
  ]);
});

it('goes to environments of its own project only, and goes with its environment', async ({ owner }) => {
  const [place, other] = [await project(owner), await project(owner)];
  const add = (environmentId: string, branchPattern = 'main') =>
    owner.post(`${place.path}/branch-mappings`, { branchPattern, environmentId });
  for (const id of [other.environments[0], 'nonsense']) expect((await add(id)).at('error.code')).toBe('not_found');
  const mapping = await add(place.environments[0]);
  expect(refusal(await add(place.environments[1]))).toEqual([409, 'conflict', 'branchPattern', 'unique']);
  expect((await add(place.environments[1], 'other')).status).toBe(201);
  const path = `/branch-mappings/${mapping.text('id')}`;
  expect(refusal(await owner.patch(path, { branchPattern: 'other' }))).toEqual([
    409,
    'conflict',
    'branchPattern',
    'unique',
  ]);
  expect((await owner.patch(path, { environmentId: other.environments[0] })).at('error.code')).toBe('not_found');
  expect((await owner.delete(`/environments/${place.environments[0]}`)).status).toBe(200);
  expect((await owner.get(path)).status).toBe(404);
});

it('ends at 100 mappings of a project', async ({ ocore, owner }) => {
  const place = await project(owner);
  const [environmentId] = place.environments;
  await ocore.sql(
    `INSERT INTO branch_mappings (id, org_id, project_id, branch_pattern, environment_id, updated_at)
      SELECT gen_random_uuid(), org_id, project_id, 'b' || n, id, now() FROM environments, generate_series(1, 100) AS n WHERE id = $1`,
    [environmentId],
  );
  const answer = await owner.post(`${place.path}/branch-mappings`, { branchPattern: 'more', environmentId });
  expect(refusal(answer)).toEqual([409, 'conflict', undefined, 'max']);
});
