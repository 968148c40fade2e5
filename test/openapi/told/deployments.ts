import { examples } from '../../../rest/routes.ts';
import { ids } from '../../../rest/openapi/shared-examples.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations, settle } from '../../kit/fleet-rows.ts';
import { running, type Scene } from './scene.ts';

const sha = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const commit = {
  sha,
  subject: 'Invoices show the customer’s reference',
  author: 'Ada Lovelace',
  at: '2026-11-24T09:30:00.000Z',
};
const source = (repositoryId: string, digits = sha) => ({
  ...{ ...commit, repositoryId, sha: digits },
  ...{ name: 'erp', url: 'ssh://git@github.com/acme/erp.git', provider: 'github', position: 1, ref: 'main' },
});
const plan = (repositoryId: string) => ({
  modules: [
    {
      ...{ name: 'acme_invoice', repositoryId, change: 'update', fromVersion: '19.0.1.2.0', toVersion: '19.0.1.3.0' },
      ...{ reasons: ['views/invoice.xml changed'], migrations: ['19.0.1.3.0/post-migration.py'] },
    },
  ],
  commits: [{ ...commit, repositoryId }],
  ...{ database: true, updateAll: false, image: false, expectedDowntimeMs: 4000 },
});
/** As a worker leaves it, with a snapshot in between. */
const succeed = `UPDATE deployments SET status = 'succeeded', commit_sha = $2, commit_message = $3, commit_author = $4, committed_at = now(), sources = $5, plan = $6,
    snapshot_id = $7, previous_id = $8, downtime_ms = 4200, started_at = now() - interval '72.5 seconds', completed_at = now() WHERE id = $1`;

/** Code comes to the instance of the story, and goes back. */
export async function tellDeployments({ story, ocore }: Scene, ada: Client): Promise<void> {
  const [instance, project] = [story.real(ids.instance), story.real(ids.project)];
  await settle(ocore, instance);
  const repository = await ada.post(`/projects/${project}/repositories`, {
    repositoryUrl: 'git@github.com:acme/erp.git',
  });
  const [backup] = await ocore.sql<{ id: string }>('SELECT id FROM backups WHERE instance_id = $1 LIMIT 1', [instance]);
  await ocore.sql("UPDATE backups SET status = 'completed' WHERE id = $1", [backup?.id]);
  const succeeded = (id: string, previous: string | null, digits?: string) =>
    ocore.sql(succeed, [
      ...[id, digits ?? sha, commit.subject, commit.author, JSON.stringify([source(repository.text('id'), digits)])],
      ...[JSON.stringify(plan(repository.text('id'))), previous === null ? null : backup?.id, previous],
    ]);
  const deploy = async (path: string): Promise<string> => {
    const id = (await story.tell(`POST /projects/{id}/${path}`, ada)).text('id');
    await endOperations(ocore, instance);
    return id;
  };

  const first = await deploy('deployments');
  await succeeded(first, null, 'a'.repeat(40));
  const second = await deploy('deploy');
  await succeeded(second, first);
  await ocore.sql('UPDATE instances SET deployment_id = $2 WHERE id = $1', [instance, second]);
  story.at('/deployments/{id}', second);
  await story.tell('GET /projects/{id}/deployments', ada);
  await story.tell('GET /environments/{id}/deployments', ada);
  await story.tell('GET /deployments', ada);
  await story.tell('GET /deployments/{id}', ada);
  await story.tell('GET /projects/{id}/deployments/statistics', ada);

  story.means(String(examples['RollbackInput.deploymentId']), first);
  const back = await story.tell('POST /environments/{id}/rollback', ada);
  story.at('/deployments/{id}', back.text('id'));
  await running(ocore, back.text('operationId'));
  await ocore.sql("UPDATE deployments SET status = 'building' WHERE id = $1", [back.text('id')]);
  await story.tell('POST /deployments/{id}/cancel', ada);
  await endOperations(ocore, instance);
  await ocore.sql("UPDATE deployments SET status = 'queued', operation_id = NULL WHERE id = $1", [back.text('id')]);
  await story.tell('POST /deployments/{id}/cancel', ada);
  story.at('/deployments/{id}', second);
  await ocore.sql('DELETE FROM deployments WHERE instance_id = $1 AND id <> $2', [instance, second]);
  await ada.delete(`/repositories/${repository.text('id')}`);
}
