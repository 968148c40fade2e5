import { ids } from '../../../rest/openapi/shared-examples.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations, settle } from '../../kit/fleet-rows.ts';
import type { Scene } from './scene.ts';

/** Exports and uploads of the instance that the story has, as if a worker had made them. */
export async function tellTransfers({ story, ocore }: Scene, ada: Client): Promise<void> {
  const instance = story.real(ids.instance);
  await settle(ocore, instance);
  const upload = (await story.tell('POST /instances/{id}/imports', ada)).text('id');
  await endOperations(ocore, upload);
  await ocore.sql("UPDATE transfers SET status = 'ready', received_bytes = size_bytes WHERE id = $1", [upload]);
  await story.tell('POST /transfers/{id}/import', ada);
  await settle(ocore, instance);
  const made = await story.tell('POST /instances/{id}/exports', ada);
  const id = made.text('id');
  await endOperations(ocore, id);
  await ocore.sql(
    "UPDATE transfers SET status = 'ready', size_bytes = 52428800, filename = 'erp-production_20261128_093000.zip' WHERE id = $1",
    [id],
  );
  await story.tell('GET /instances/{id}/transfers', ada);
  await story.tell('GET /transfers/{id}', ada);
  await story.tell('DELETE /transfers/{id}', ada);
  await endOperations(ocore, id);
}
