import { z } from 'zod';
import type { Api } from './api.ts';
import { accepted, type Demo, follow, say } from './demo-run.ts';

const serverRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  host: z.string().nullable(),
  port: z.number().nullable(),
});
type ServerRow = z.infer<typeof serverRow>;

/** Registers the server, or validates it again: at its new port, if it has one. */
async function validation(
  api: Api,
  known: ServerRow | undefined,
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

export async function haveServer(api: Api, demo: Demo): Promise<string> {
  const { server, config } = demo;
  const { data } = await api.call(z.object({ data: z.array(serverRow) }), 'GET', '/servers');
  const known = data.find((row) => row.name === 'demo-server');
  if (known && server && known.host !== server.host)
    throw new Error(
      `The demo in ${config.DATA_DIR} has its Odoo on ${known.host}. For one on ${server.host}, set DATA_DIR to another directory.`,
    );
  if (known?.status === 'active' && (!server || server.port === known.port)) {
    say('\nServer demo-server exists and is active.');
    return known.id;
  }
  say(server ? `\nServer ${server.user}@${server.host}:${server.port}` : '\nServer demo-server');
  const started = await validation(api, known, demo);
  await follow(api, started.operationId);
  return started.id;
}
