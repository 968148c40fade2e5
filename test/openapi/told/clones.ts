import { ids } from '../../../rest/openapi/shared-examples.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations, settle } from '../../kit/fleet-rows.ts';
import { addBackup } from '../../kit/two-orgs.ts';
import type { Scene } from './scene.ts';

/** Copies and restore tests, with what only a worker and a mail catcher could do left out. */
export async function tellClones({ story, ocore }: Scene, ada: Client): Promise<void> {
  const instance = story.real(ids.instance);
  await settle(ocore, instance);
  const into = { environmentId: await ada.environment('staging'), anonymize: undefined, slug: undefined };
  for (const route of ['POST /instances/{id}/clone', 'POST /environments/{id}/clone'] as const) {
    const made = await story.tell(route, ada, { body: into });
    await endOperations(ocore, made.text('id'));
    await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [made.text('id')]);
  }
  // The copies are not what the story goes on with.
  story.means(ids.instance, instance);
  const { backup = '' } = await addBackup(
    ocore,
    ada,
    { environmentId: story.real(ids.environment), instanceId: instance },
    'tested',
  );
  const test = await story.tell('POST /environments/{id}/restore-tests', ada, { body: { backupId: backup } });
  await endOperations(ocore, test.text('id'));
  await story.tell('GET /environments/{id}/restore-tests', ada);
  await story.tell('GET /restore-tests/{id}', ada);
  await story.tell('PUT /environments/{id}/restore-test-schedule', ada, { body: { everyBackups: undefined } });
  await story.tell('GET /environments/{id}/restore-test-schedule', ada);
  await story.tell('DELETE /environments/{id}/restore-test-schedule', ada);
}
