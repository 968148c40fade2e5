import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ocore } from '../kit/ocore.ts';
import { addProject, fillOrg, type Org } from '../kit/two-orgs.ts';

let ocore: Ocore;
let org: Org;
beforeAll(async () => {
  ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  org = await fillOrg(ocore, 'narrow');
});
afterAll(() => ocore?.stop());

it.each([
  ['instanceUpdated', 'instance', 'name'],
  ['operationUpdated', 'operation', 'kind'],
])('%s tells nothing more of a project that the subscriber was taken out of, who stays in another', async (field, resource, value) => {
  const { owner, ids } = org;
  const second = await addProject(ocore, owner, `second-${resource}`, ids['server'] ?? '');
  const member = await ocore.member(owner, 'Developer', { projectIds: [ids['project'], second['project']] });
  const id = ids[resource] ?? '';
  await ocore.sql("UPDATE operations SET status = 'queued', finished_at = NULL WHERE id = $1", [ids['operation']]);
  const topic = `${resource}:${id}`;
  let told = 0;
  const listen = async (): Promise<void> => {
    for await (const event of member.subscribe(`subscription ($id: ID!) { ${field}(id: $id) { ${value} } }`, { id })) {
      if (event.at('errors')) throw new Error(JSON.stringify(event.at('errors')));
      told += 1;
      if (told > 1) break;
      const memberId = await owner.memberIdOf(member.email);
      const [assignment] = await ocore.sql<{ id: string }>('SELECT id FROM role_assignments WHERE membership_id = $1 AND project_id = $2', [memberId, ids['project']]);
      expect((await owner.delete(`/members/${memberId}/assignments/${assignment?.id}`)).status).toBe(200);
      await ocore.sql("SELECT pg_notify('ocore', json_build_object('topic', $1::text)::text)", [topic]);
    }
  };
  expect(inspect(await listen().catch((error: unknown) => error))).toContain('was not found');
  expect(told).toBe(1);
});
