import { afterAll, beforeAll, expect, it } from 'vitest';
import { finished, Stage } from '../fleet/hostile/stage.ts';
let stage: Stage;
beforeAll(async () => { stage = await Stage.start(); });
afterAll(() => stage?.stop());
it('honest', async () => {
  const owner = await stage.owner();
  const engine = await stage.engine();
  const serverId = await stage.activeServer(owner, engine);
  const environmentId = await owner.environment();
  console.time('provision');
  const made = await owner.post('/instances', { name: 'abc', serverId, environmentId, adminEmail: 'a@example.com', image: 'hostile/x:1' });
  expect(made.status).toBe(202);
  const id = made.text('id');
  engine.expectInstance(id, null);
  const op = await finished(owner, made.text('operationId'));
  console.timeEnd('provision');
  console.log(JSON.stringify(op), stage.program.output);
  for (const verb of ['stop', 'start', 'restart']) {
    console.time(verb);
    console.log(verb, JSON.stringify(await finished(owner, (await owner.post(`/instances/${id}/${verb}`)).text('operationId'))));
    console.timeEnd(verb);
  }
  const conf = await owner.patch(`/instances/${id}`, { workers: 2 });
  console.log(conf.status, JSON.stringify(conf.body));
  if (conf.status === 202) console.log(JSON.stringify(await finished(owner, conf.text('operationId'))));
  const del = await owner.delete(`/instances/${id}`);
  console.log(JSON.stringify(await finished(owner, del.text('operationId'))));
  console.log(engine.state, engine.unknown);
}, 60_000);
