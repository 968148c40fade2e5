/**
 * The main job before the user's eyes: starts oCore, registers and validates the server, provisions a real Odoo with its
 * live step list, and stays up. A second run finds what is there.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { start } from '../start.ts';
import { Api } from './api.ts';
import { DemoLog } from './demo-log.ts';
import { haveEnvironment, haveOdoo, odooAccount } from './demo-odoo.ts';
import { type Demo, say } from './demo-run.ts';
import { haveServer } from './demo-server.ts';

const signedIn = z.object({ accessToken: z.string(), organizations: z.array(z.object({ slug: z.string() })).min(1) });

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
