import { examples } from '../../../rest/routes.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations } from '../../kit/fleet-rows.ts';
import type { Scene } from './scene.ts';

const free = ['webhookUrl', 'webhookSecret', 'deployKey', 'deployKeyFingerprint'];
/** A provider of sign-ins has the same name, which stands for another here. */
const body = { provider: 'github' };
const key = {
  type: 'ssh-ed25519',
  key: 'AAAA',
  fingerprint: String(examples['acceptRepositoryHostKey.fingerprint']),
};
/** What a worker finds out. */
const read = `UPDATE repositories SET host_keys = $2, presented_host_keys = $2, default_branch = 'main', status = 'pending' WHERE id = $1`;
const refs = `INSERT INTO repository_refs (id, org_id, repository_id, kind, name, sha)
  SELECT gen_random_uuid(), org_id, id, kind, 'main', '9fceb02d0ae598e95dc970b74767f19372d61af8' FROM repositories, unnest('{branch,tag}'::ref_kind[]) AS kind WHERE id = $1`;

/** The repository of a project, further ones, and where branches go. Needs a project with an environment. */
export async function tellRepositories({ story, ocore }: Scene, ada: Client): Promise<void> {
  const settle = async (id: string): Promise<void> => {
    await endOperations(ocore, id);
    await ocore.sql(read, [id, JSON.stringify([key])]);
  };
  const first = '/projects/{id}/repository';
  const only = (await story.tell(`POST ${first}`, ada, { body, free })).text('id');
  await settle(only);
  await ocore.sql(refs, [only]);
  await story.tell(`GET ${first}`, ada, { free });
  await story.tell(`PATCH ${first}`, ada, { free });
  await story.tell(`POST ${first}/validate`, ada);
  await settle(only);
  await story.tell(`POST ${first}/sync`, ada);
  await story.tell(`GET ${first}/sync/status`, ada);
  await settle(only);
  await story.tell(`POST ${first}/deploy-key`, ada, { free });
  await story.tell(`DELETE ${first}`, ada);

  const id = (await story.tell('POST /projects/{id}/repositories', ada, { body, free })).text('id');
  story.at('/repositories/{id}', id);
  await settle(id);
  await ocore.sql(refs, [id]);
  await story.tell('GET /projects/{id}/repositories', ada, { free });
  const one = '/repositories/{id}';
  await story.tell(`GET ${one}`, ada, { free });
  await story.tell(`PATCH ${one}`, ada, { free });
  await story.tell(`POST ${one}/validate`, ada);
  await settle(id);
  await story.tell(`POST ${one}/sync`, ada);
  await story.tell(`GET ${one}/sync/status`, ada);
  await settle(id);
  await story.tell(`POST ${one}/deploy-key`, ada, { free });
  await story.tell(`POST ${one}/webhook-secret`, ada, { free });
  await story.tell(`POST ${one}/host-key`, ada);
  await settle(id);
  await story.tell(`GET ${one}/branches`, ada);
  await story.tell(`GET ${one}/tags`, ada);

  const mapping = await story.tell('POST /projects/{id}/branch-mappings', ada);
  story.at('/branch-mappings/{id}', mapping.text('id'));
  await story.tell('GET /projects/{id}/branch-mappings', ada);
  await story.tell('GET /projects/{id}/branch-destination', ada, { query: '?branch=feature/invoices' });
  await story.tell('GET /branch-mappings/{id}', ada);
  await story.tell('PATCH /branch-mappings/{id}', ada);
  await story.tell('DELETE /branch-mappings/{id}', ada);
  await story.tell(`DELETE ${one}`, ada);
}
