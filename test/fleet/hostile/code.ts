import type { Client } from '../../kit/client.ts';
import { ServedRepository } from '../git-server/repository.ts';
import { finished, type Stage } from './stage.ts';

/** Connects the project of an environment with a repository whose code needs packages. Gives the project. */
export async function connectCode(stage: Stage, owner: Client, environmentId: string): Promise<string> {
  const projectId = (await owner.get(`/environments/${environmentId}`)).text('projectId');
  const repository = await ServedRepository.create(stage.dir, `${projectId}.git`);
  await repository.commit('main', {
    'note/__manifest__.py': "{'name': 'Note'}\n",
    'note/__init__.py': '',
    'requirements.txt': 'zeep\n',
  });
  const connected = await owner.post(`/projects/${projectId}/repository`, {
    repositoryUrl: `ssh://root@127.0.0.1:${stage.sshd.port}${repository.dir}`,
    branch: 'main',
  });
  await stage.sshd.allow(connected.text('deployKey'));
  // The keys of the Git host are pinned by this.
  const validation = await owner.post(`/projects/${projectId}/repository/validate`);
  const operation = await finished(owner, validation.text('operationId'));
  if (operation.status !== 'succeeded') throw new Error(JSON.stringify(operation));
  return projectId;
}
