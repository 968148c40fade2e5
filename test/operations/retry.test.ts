import { expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { fillOrg, type Org } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let org: Org;
it.beforeAll(async ({ ocore }) => {
  org = await fillOrg(ocore, 'retry');
});

/** The newest operation of a resource, which is made to have failed. */
async function failed(ocore: Ocore, resource: string): Promise<string> {
  const [row] = await ocore.sql<{ id: string }>(
    "UPDATE operations SET status = 'failed', finished_at = now() WHERE id = (SELECT id FROM operations WHERE resource_id = $1 ORDER BY id DESC LIMIT 1) RETURNING id",
    [org.ids[resource]],
  );
  return row?.id ?? '';
}

it('is for whoever may do the thing itself, not for everyone who sees to operations', async ({ ocore }) => {
  const { owner, ids } = org;
  await owner.post('/roles', {
    name: 'Watcher',
    permissionIds: ['manage:operations', 'view:servers', 'view:instances'],
  });
  const [developer, watcher, inProject] = [
    await ocore.member(owner, 'Developer'),
    await ocore.member(owner, 'Watcher'),
    await ocore.member(owner, 'Developer', { projectIds: [ids['project']] }),
  ];
  const retry = async (client: Client, id: string) => {
    const answer = await client.post(`/operations/${id}/retry`);
    return [answer.status, answer.at('error.details.permission')];
  };
  const ofServer = await failed(ocore, 'server');
  expect([await retry(developer, ofServer), await retry(watcher, ofServer)]).toEqual([
    [403, 'manage:servers'],
    [403, 'manage:servers'],
  ]);
  expect(await retry(owner, ofServer)).toEqual([202, undefined]);
  expect(await retry(watcher, await failed(ocore, 'instance'))).toEqual([403, 'manage:instances']);
  expect(await retry(inProject, await failed(ocore, 'instance'))).toEqual([202, undefined]);
  expect(await retry(developer, await failed(ocore, 'instance'))).toEqual([202, undefined]);
});

it('happens once, however many ask at the same time', async ({ ocore }) => {
  const id = await failed(ocore, 'instance');
  const answers = await Promise.all(Array.from({ length: 6 }, () => org.owner.post(`/operations/${id}/retry`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
});
