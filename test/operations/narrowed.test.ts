import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { addProject, fillOrg, type Org } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway', ALLOW_LOCAL_SERVER: 'true' });

let org: Org;
it.beforeAll(async ({ ocore }) => {
  org = await fillOrg(ocore, 'narrow');
});

it.for<[field: string, resource: string, value: string]>([
  ['instanceUpdated', 'instance', 'name'],
  ['operationUpdated', 'operation', 'kind'],
])(
  '%s tells nothing more of a project that the subscriber was taken out of, who stays in another',
  async ([field, resource, value], { ocore }) => {
    const { owner, ids } = org;
    const second = await addProject(ocore, owner, `second-${resource}`, ids['server'] ?? '');
    const member = await ocore.member(owner, 'Developer', { projectIds: [ids['project'], second['project']] });
    const id = ids[resource] ?? '';
    await ocore.sql("UPDATE operations SET status = 'queued', finished_at = NULL WHERE id = $1", [ids['operation']]);
    const topic = `${resource}:${id}`;
    let told = 0;
    const listen = async (): Promise<void> => {
      for await (const event of member.subscribe(`subscription ($id: ID!) { ${field}(id: $id) { ${value} } }`, {
        id,
      })) {
        if (event.at('errors')) throw new Error(JSON.stringify(event.at('errors')));
        told += 1;
        if (told > 1) break;
        const memberId = await owner.memberIdOf(member.email);
        const [assignment] = await ocore.sql<{ id: string }>(
          'SELECT id FROM role_assignments WHERE membership_id = $1 AND project_id = $2',
          [memberId, ids['project']],
        );
        expect((await owner.delete(`/members/${memberId}/assignments/${assignment?.id}`)).status).toBe(200);
        await ocore.sql("SELECT pg_notify('ocore', json_build_object('topic', $1::text)::text)", [topic]);
      }
    };
    expect(inspect(await listen().catch((error: unknown) => error))).toContain('was not found');
    expect(told).toBe(1);
  },
);

/** As Docker frames a line of a container's log. */
function logLine(text: string): Buffer {
  const line = Buffer.from(`2026-11-25T00:00:00.000000000Z ${text}\n`);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(line.length, 4);
  return Buffer.concat([head, line]);
}

it('instanceLogs ends, too, and lets the container’s log go', async ({ ocore }) => {
  const { owner, ids } = org;
  const second = await addProject(ocore, owner, 'second-logs', ids['server'] ?? '');
  const member = await ocore.member(owner, 'Developer', { projectIds: [ids['project'], second['project']] });
  const memberId = await owner.memberIdOf(member.email);
  const open = new Set<ServerResponse>();
  // Docker, as far as a log goes: a line every 50 ms for as long as somebody reads.
  const docker = createServer((request, response) => {
    response.setHeader('Api-Version', '1.41');
    if (!request.url?.includes('/logs')) return void response.end('{}');
    open.add(response);
    const timer = setInterval(() => response.write(logLine('a line')), 50);
    response.once('close', () => {
      clearInterval(timer);
      open.delete(response);
    });
  });
  const socket = join(ocore.dir, 'docker.sock');
  await once(docker.listen(socket), 'listening');
  try {
    await ocore.sql("UPDATE servers SET kind = 'local', docker_socket = $1", [socket]);
    let told = 0;
    const listen = async (): Promise<void> => {
      for await (const event of member.subscribe('subscription ($id: ID!) { instanceLogs(id: $id) { message } }', {
        id: ids['instance'],
      })) {
        if (event.at('errors')) throw new Error(JSON.stringify(event.at('errors')));
        told += 1;
        if (told > 100) break;
        if (told > 1) continue;
        const [assignment] = await ocore.sql<{ id: string }>(
          'SELECT id FROM role_assignments WHERE membership_id = $1 AND project_id = $2',
          [memberId, ids['project']],
        );
        expect((await owner.delete(`/members/${memberId}/assignments/${assignment?.id}`)).status).toBe(200);
      }
    };
    expect(inspect(await listen().catch((error: unknown) => error))).toContain('was not found');
    expect(told).toBeGreaterThan(0);
    await expect.poll(() => open.size).toBe(0);
  } finally {
    docker.closeAllConnections();
    docker.close();
  }
}, 30_000);
