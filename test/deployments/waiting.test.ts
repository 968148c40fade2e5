import { afterEach, expect, vi } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { endOperations } from '../kit/fleet-rows.ts';
import { WorkerProcess } from '../kit/worker.ts';
import { addInstance, stageOf } from './stage.ts';

// The worker comes when everything is in its place.
it.override('env', { OCORE_ROLE: 'gateway' });

let worker: WorkerProcess | undefined;
afterEach(async () => {
  await worker?.kill();
});

it('begins what waits when its instance is free, and ends what has none any more', async ({ ocore, owner }) => {
  const stage = await stageOf(ocore, owner);
  const gone = await addInstance(ocore, owner, stage, 'staging');
  const waiting = async (instanceId: string): Promise<string> => {
    await owner.post(`/instances/${instanceId}/restart`);
    const answer = await owner.post(`/projects/${stage.PROJECT_ID}/deploy`, { instanceId });
    expect([answer.status, answer.at('operationId')]).toEqual([202, null]);
    await endOperations(ocore, instanceId);
    return answer.text('id');
  };
  const free = await waiting(stage.INSTANCE_ID);
  await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [stage.INSTANCE_ID]);
  const lost = await waiting(gone.instanceId);
  await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [gone.instanceId]);

  worker = new WorkerProcess(ocore);
  await vi.waitFor(
    async () => {
      expect((await owner.get(`/deployments/${free}`)).at('operationId')).toEqual(expect.any(String));
      expect((await owner.get(`/deployments/${lost}`)).at('status')).toBe('failed');
    },
    { timeout: 60_000, interval: 200 },
  );
  const begun = await owner.get(`/operations/${(await owner.get(`/deployments/${free}`)).text('operationId')}`);
  expect(begun.body).toMatchObject({ kind: 'instance.deploy', resourceId: stage.INSTANCE_ID });
  expect((await owner.get(`/deployments/${lost}`)).body).toMatchObject({
    operationId: null,
    errorCode: 'invalid_state',
  });
  const events = await ocore.sql<{ type: string }>(
    'SELECT type FROM outbox_events WHERE resource_id = $1 ORDER BY id',
    [lost],
  );
  expect(events.map(({ type }) => type)).toEqual(['deployment.triggered', 'deployment.failed']);
});
