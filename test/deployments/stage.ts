import type { Answer, Client } from '../kit/client.ts';
import { type Fleet, fleetOf, settle } from '../kit/fleet-rows.ts';
import type { Ocore } from '../kit/ocore.ts';

export const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];
export const nobody = '0197a1f2-0000-7000-8000-000000000000';
export const sha = (digit: string): string => digit.repeat(40);

/** A project with a repository, and production in it, which runs. */
export interface Stage extends Fleet {
  repository: string;
}

export async function stageOf(ocore: Ocore, owner: Client): Promise<Stage> {
  const fleet = await fleetOf(ocore, owner);
  const repository = await owner.post(`/projects/${fleet.PROJECT_ID}/repositories`, {
    repositoryUrl: 'git@github.com:acme/erp.git',
    branch: '19.0',
  });
  return { ...fleet, repository: repository.text('id') };
}

/** Another environment of the project with an instance that runs. */
export async function addInstance(ocore: Ocore, owner: Client, stage: Stage, name: string) {
  const environment = await owner.post('/environments', { projectId: stage.PROJECT_ID, name, type: 'staging' });
  const environmentId = environment.text('id');
  const instance = await owner.post('/instances', {
    ...{ name: `ERP ${name}`, serverId: stage.SERVER_ID, environmentId },
    adminEmail: 'admin@example.com',
  });
  await settle(ocore, instance.text('id'));
  return { environmentId, instanceId: instance.text('id') };
}

/** What a worker leaves of a deployment to an instance, the newest by its id. */
export async function deployed(ocore: Ocore, instanceId: string, row: Record<string, unknown> = {}): Promise<string> {
  const [made] = await ocore.sql<{ id: string }>(
    `INSERT INTO deployments SELECT (jsonb_populate_record(NULL::deployments, jsonb_build_object(
        'id', uuidv7(), 'org_id', org_id, 'project_id', project_id, 'environment_id', environment_id, 'instance_id', id, 'instance_name', name, 'server_id', server_id,
        'status', 'succeeded', 'trigger', 'manual', 'dry_run', false, 'update_all', false, 'install', '{}'::text[], 'sources', '[]'::jsonb, 'findings', '[]'::jsonb,
        'started_at', now(), 'completed_at', now(), 'created_at', now(), 'updated_at', now()) || $2::jsonb)).* FROM instances WHERE id = $1 RETURNING id`,
    [instanceId, JSON.stringify(row)],
  );
  return made?.id ?? '';
}

/** As if nothing had ever been deployed to the instance, which runs and is free. */
export async function cleared(ocore: Ocore, instanceId: string): Promise<void> {
  await settle(ocore, instanceId);
  await ocore.sql('DELETE FROM deployments WHERE instance_id = $1', [instanceId]);
  await ocore.sql('UPDATE instances SET deployment_id = NULL WHERE id = $1', [instanceId]);
}
