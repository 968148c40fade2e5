/**
 * The main job before the user's eyes: starts oCore, registers and validates the server, provisions a real Odoo with its
 * live step list, and stays up. A second run finds what is there.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { start } from '../start.ts';
import { Api } from './api.ts';
import { DemoLog } from './demo-log.ts';
import type { DemoMemory } from './demo-memory.ts';
import type { SshServer } from './named-server.ts';
import { StepList } from './step-list.ts';

export interface Demo {
  config: Config;
  memory: DemoMemory;
  server: SshServer | undefined;
  onOtherServer: boolean;
  dockerSocket: string;
  once: boolean;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const onlyId = z.object({ id: z.string() });
const instancesPage = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
});
const serversPage = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string(), port: z.number().nullable() })),
});
const accepted = z.object({ id: z.string(), operationId: z.string() });
const signedIn = z.object({ accessToken: z.string(), organizations: z.array(z.object({ slug: z.string() })).min(1) });

async function follow(api: Api, operationId: string): Promise<void> {
  const list = new StepList(process.stdout);
  for await (const operation of api.operation(operationId)) {
    list.show(operation);
    if (operation.error) throw new Error([operation.error.message, operation.error.hint].filter(Boolean).join('\n'));
  }
}

async function signIn(api: Api, { memory, onOtherServer }: Demo): Promise<{ email: string; password: string }> {
  if (!memory.value)
    await memory.save({
      email: 'admin@example.com',
      password: `${randomBytes(9).toString('base64url')}a1`,
      onOtherServer,
    });
  const { email = '', password = '' } = memory.value ?? {};
  const session = await api
    .call(signedIn, 'POST', '/auth/login', { email, password })
    .catch(() =>
      api.call(signedIn, 'POST', '/auth/signup', { email, password, name: 'Admin', organizationName: 'Demo' }),
    );
  api.token = session.accessToken;
  api.org = session.organizations[0]?.slug ?? '';
  return { email, password };
}

/** Registers the server, or validates it again: at its new port, if it has one. */
async function validation(
  api: Api,
  known: { id: string; port: number | null } | undefined,
  { server, dockerSocket }: Demo,
): Promise<z.infer<typeof accepted>> {
  if (known && server && known.port !== server.port)
    return api.call(accepted, 'PATCH', `/servers/${known.id}`, { port: server.port });
  if (known) return api.call(accepted, 'POST', `/servers/${known.id}/validate`);
  if (!server) throw new Error('The server of the earlier run is gone; name one with --server user@host.');
  const { host, port, user: sshUser, privateKey: sshPrivateKey } = server;
  const input = { name: 'demo-server', host, port, sshUser, sshPrivateKey, dockerSocket };
  return api.call(accepted, 'POST', '/servers', input);
}

async function haveServer(api: Api, demo: Demo): Promise<string> {
  const { server } = demo;
  const { data } = await api.call(serversPage, 'GET', '/servers');
  const known = data.find((row) => row.name === 'demo-server');
  if (known?.status === 'active' && (!server || server.port === known.port)) {
    say('\nServer demo-server exists and is active.');
    return known.id;
  }
  say(server ? `\nServer ${server.user}@${server.host}:${server.port}` : '\nServer demo-server');
  const started = await validation(api, known, demo);
  await follow(api, started.operationId);
  return started.id;
}

async function haveEnvironment(api: Api): Promise<string> {
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

async function haveOdoo(api: Api, serverId: string, environmentId: string, adminEmail: string): Promise<string> {
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
async function odooAccount(api: Api, instanceId: string, { memory }: Demo): Promise<string> {
  const shown = await api
    .call(z.object({ login: z.string(), password: z.string() }), 'POST', `/instances/${instanceId}/admin-password`)
    .catch(() => memory.value?.odoo);
  if (!shown || !memory.value) return '';
  await memory.save({ ...memory.value, odoo: shown });
  return `\n          ${shown.login}  ${shown.password}`;
}

/** Everything on the running oCore, over its public API alone. */
async function provision(url: string, demo: Demo): Promise<void> {
  const api = new Api(url);
  const { email, password } = await signIn(api, demo);
  const serverId = await haveServer(api, demo);
  const instanceId = await haveOdoo(api, serverId, await haveEnvironment(api), email);
  const account = await odooAccount(api, instanceId, demo);
  const odoo = await api.call(z.object({ url: z.string() }), 'GET', `/instances/${instanceId}`);
  say(`
Odoo      ${odoo.url}/web/login${account}
GraphiQL  ${url}/graphql
REST      ${url}/api          X-Org-Slug: ${api.org}
Docs      ${url}/docs/api
Sign-in   ${email}  ${password}`);
}

export async function provisionDemo(demo: Demo): Promise<void> {
  say('Starting oCore: embedded PostgreSQL, gateway, worker …');
  const log = new DemoLog(demo.config.DATA_DIR);
  const running = await start(demo.config, (text) => log.write(text));
  let ending = false;
  const end = (code: number): void => {
    if (ending) process.exit(1);
    ending = true;
    void running.stop().then(() => process.exit(code));
  };
  process.on('SIGINT', () => {
    say('\nStopping oCore; Odoo keeps running on its server.');
    end(0);
  });
  process.on('SIGTERM', () => end(0));
  try {
    await provision(running.url ?? '', demo);
    say(`Log       ${log.file}\n\n${demo.once ? 'Done.' : 'Everything runs until you press Ctrl-C.'}`);
    if (demo.once) end(0);
  } catch (error) {
    say(`\n${error instanceof Error ? error.message : String(error)}\nThe log is ${log.file}`);
    end(1);
  }
}
