/**
 * The main job before the user's eyes: starts oCore, finds a server, registers and validates it, provisions a real
 * Odoo with its live step list, and stays up. A second run finds what is there.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { start } from '../start.ts';
import { Api } from './api.ts';
import { StepList } from './step-list.ts';
import { provideImages } from './images.ts';
import { namedServer, useThisMachine } from './this-machine.ts';

const command = new Command('demo')
  .description('Provision a real Odoo on a server.')
  .option('--server <user@host[:port]>', 'the server to work on (default: this machine)')
  .option('--key <file>', 'the SSH private key for --server')
  .option('--docker-socket <path>', 'the socket of the server’s Docker engine', '/var/run/docker.sock')
  .option('--yes', 'install and start missing software on this machine without asking', false)
  .option('--once', 'stop when everything runs', false)
  .parse();
const options = z
  .object({
    server: z.string().optional(),
    key: z.string().optional(),
    dockerSocket: z.string(),
    yes: z.boolean(),
    once: z.boolean(),
  })
  .parse(command.opts());

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const memory = z.object({
  email: z.string(),
  password: z.string(),
  odoo: z.object({ login: z.string(), password: z.string() }).optional(),
});
const page = z.object({
  data: z.array(
    z.object({ id: z.string(), name: z.string(), status: z.string(), statusMessage: z.string().nullable() }),
  ),
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

const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
say('Starting oCore: embedded PostgreSQL, gateway, worker …');
const running = await start(config);
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
  const api = new Api(running.url ?? '');
  const file = join(config.DATA_DIR, 'secrets', 'demo.json');
  const known = existsSync(file) ? memory.parse(JSON.parse(await readFile(file, 'utf8'))) : undefined;
  const admin = known ?? { email: 'admin@example.com', password: `${randomBytes(9).toString('base64url')}a1` };
  const save = async (value: z.infer<typeof memory>): Promise<void> => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(value), { mode: 0o600 });
  };
  const credentials = { email: admin.email, password: admin.password };
  if (!known) await save(admin);
  const session = await api
    .call(signedIn, 'POST', '/auth/login', credentials)
    .catch(() =>
      api.call(signedIn, 'POST', '/auth/signup', { ...credentials, name: 'Admin', organizationName: 'Demo' }),
    );
  api.token = session.accessToken;
  api.org = session.organizations[0]?.slug ?? '';

  const servers = await api.call(page, 'GET', '/servers');
  let server = servers.data.find((row) => row.name === 'demo-server');
  if (server?.status !== 'active') {
    const target = options.server
      ? await namedServer(options.server, options.key)
      : await useThisMachine(config.DATA_DIR, options.yes, say);
    if (!options.server) await provideImages(options.dockerSocket, say);
    say(`\nServer ${target.user}@${target.host}:${target.port}`);
    const started = server
      ? await api.call(accepted, 'POST', `/servers/${server.id}/validate`)
      : await api.call(accepted, 'POST', '/servers', {
          name: 'demo-server',
          host: target.host,
          port: target.port,
          sshUser: target.user,
          sshPrivateKey: target.privateKey,
          dockerSocket: options.dockerSocket,
        });
    await follow(api, started.operationId);
    server = { id: started.id, name: 'demo-server', status: 'active', statusMessage: null };
  } else say('\nServer demo-server exists and is active.');

  const environments = await api.call(
    z.object({ data: z.array(z.object({ id: z.string() })) }),
    'GET',
    '/environments',
  );
  let environmentId = environments.data[0]?.id;
  if (!environmentId) {
    const project = await api.call(z.object({ id: z.string() }), 'POST', '/projects', { name: 'Demo' });
    environmentId = (
      await api.call(z.object({ id: z.string() }), 'POST', '/environments', {
        projectId: project.id,
        name: 'development',
        type: 'development',
      })
    ).id;
  }

  const instances = await api.call(page, 'GET', '/instances');
  let instance = instances.data.find((row) => row.name === 'Demo Odoo');
  if (instance?.status === 'running') say('Odoo exists and is running.');
  else if (instance?.status === 'stopped') {
    say('\nStarting Odoo');
    await follow(api, (await api.call(accepted, 'POST', `/instances/${instance.id}/start`)).operationId);
  } else {
    say('\nProvisioning Odoo 19');
    let operationId: string;
    if (instance) {
      const last = (
        await api.call(
          z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) }),
          'GET',
          `/operations?resource_id=${instance.id}&limit=1`,
        )
      ).data[0];
      operationId =
        last && ['failed', 'cancelled'].includes(last.status)
          ? (await api.call(z.object({ id: z.string() }), 'POST', `/operations/${last.id}/retry`)).id
          : (last?.id ?? '');
    } else {
      const started = await api.call(accepted, 'POST', '/instances', {
        name: 'Demo Odoo',
        serverId: server.id,
        environmentId,
        adminEmail: admin.email,
      });
      operationId = started.operationId;
      instance = { id: started.id, name: 'Demo Odoo', status: 'provisioning', statusMessage: null };
    }
    await follow(api, operationId);
  }
  const odoo = await api
    .call(z.object({ login: z.string(), password: z.string() }), 'POST', `/instances/${instance.id}/admin-password`)
    .catch(() => known?.odoo);
  if (odoo) await save({ ...credentials, odoo });
  const { url } = await api.call(z.object({ url: z.string() }), 'GET', `/instances/${instance.id}`);

  say(`
Odoo      ${url}/web/login${odoo ? `\n          ${odoo.login}  ${odoo.password}` : ''}
GraphiQL  ${api.url}/graphql
REST      ${api.url}/api          X-Org-Slug: ${api.org}
Docs      ${api.url}/docs/api
Sign-in   ${credentials.email}  ${credentials.password}

${options.once ? 'Done.' : 'Everything runs until you press Ctrl-C.'}`);
  if (options.once) end(0);
} catch (error) {
  say(`\n${error instanceof Error ? error.message : String(error)}`);
  end(1);
}
