import { z } from 'zod';
import type { Api } from './api.ts';
import { accepted, type Demo, follow, onlyId, say } from './demo-run.ts';

const instancesPage = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
});

export async function haveEnvironment(api: Api): Promise<string> {
  const { data } = await api.call(z.object({ data: z.array(onlyId) }), 'GET', '/environments');
  if (data[0]) return data[0].id;
  const project = await api.call(onlyId, 'POST', '/projects', { name: 'Demo' });
  const environment = { projectId: project.id, name: 'development', type: 'development' };
  return (await api.call(onlyId, 'POST', '/environments', environment)).id;
}

/** Continues what an interrupted run began: the operation itself, or a retry of one that has ended. */
async function lastOperation(api: Api, instanceId: string): Promise<string> {
  const shape = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) });
  const [last] = (await api.call(shape, 'GET', `/operations?resource_id=${instanceId}&limit=1`)).data;
  if (last && ['failed', 'cancelled'].includes(last.status))
    return (await api.call(onlyId, 'POST', `/operations/${last.id}/retry`)).id;
  return last?.id ?? '';
}

export async function haveOdoo(api: Api, serverId: string, environmentId: string, adminEmail: string): Promise<string> {
  const { data } = await api.call(instancesPage, 'GET', '/instances');
  const known = data.find((row) => row.name === 'Demo Odoo');
  if (known?.status === 'running') {
    say('Odoo exists and is running.');
    return known.id;
  }
  if (known?.status === 'stopped') {
    say('\nStarting Odoo');
    await follow(api, (await api.call(accepted, 'POST', `/instances/${known.id}/start`)).operationId);
    return known.id;
  }
  say('\nProvisioning Odoo 19');
  const started = known
    ? { id: known.id, operationId: await lastOperation(api, known.id) }
    : await api.call(accepted, 'POST', '/instances', { name: 'Demo Odoo', serverId, environmentId, adminEmail });
  await follow(api, started.operationId);
  return started.id;
}

/** The password is shown once; later runs have it from the memory. */
export async function odooAccount(api: Api, instanceId: string, { memory }: Demo): Promise<string> {
  const shown = await api
    .call(z.object({ login: z.string(), password: z.string() }), 'POST', `/instances/${instanceId}/admin-password`)
    .catch(() => memory.value?.odoo);
  if (!shown || !memory.value) return '';
  await memory.save({ ...memory.value, odoo: shown });
  return `\n          ${shown.login}  ${shown.password}`;
}
