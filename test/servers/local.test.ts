import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';

it('offers the control plane’s own machine only when the operator allows it', async ({ owner, server }) => {
  const answer = await owner.post('/servers', { name: 'Here', kind: 'local', dockerSocket: server.engine.socket });
  expect([answer.status, answer.at('error.details.field')]).toEqual([422, 'kind']);
});

it('offers it to the organizations that the operator names, and to them only as long as they are named', async ({
  server,
}) => {
  const ocore = await Ocore.start({ ALLOW_LOCAL_SERVER: 'chosen' });
  const body = { name: 'Here', kind: 'local', dockerSocket: server.engine.socket };
  try {
    const owner = await ocore.owner();
    expect((await owner.post('/servers', body)).at('error.details.field')).toBe('kind');
    expect((await owner.patch('/org', { slug: 'chosen' })).status).toBe(200);
    const chosen = owner.in('chosen');
    const made = await chosen.post('/servers', body);
    expect((await chosen.finished(made.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    expect((await chosen.patch('/org', { slug: 'another' })).status).toBe(200);
    const renamed = owner.in('another');
    const again = await renamed.post(`/servers/${made.text('id')}/validate`);
    expect((await renamed.finished(again.text('operationId'))).at('data.operationUpdated.error.message')).toContain(
      'does not allow',
    );
  } finally {
    await ocore.stop();
  }
});

const hostile = [
  "'; touch /tmp/hostile; '",
  '$(touch /tmp/hostile)',
  '`touch /tmp/hostile`',
  'two\nlines',
  '-rf',
  '"quoted" \\ $HOME %s',
  'Ünïcödé 你好 🚀',
];

it('provisions on the local machine by the same code, and hands hostile values over as they are', async ({
  server,
}) => {
  const ocore = await Ocore.start({ ALLOW_LOCAL_SERVER: 'true' });
  try {
    const owner = await ocore.owner();
    const local = await owner.post('/servers', { name: 'Here', kind: 'local', dockerSocket: server.engine.socket });
    expect((await owner.finished(local.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
    const environmentId = await owner.environment();
    const base = { serverId: local.text('id'), environmentId, adminEmail: 'admin@example.com' };
    for (const text of [...hostile, 'x'.repeat(65_536)]) {
      for (const field of ['slug', 'image', 'language', 'country', 'odooVersion', 'adminEmail', 'logLevel']) {
        expect(
          (await owner.post('/instances', { name: 'Hostile', ...base, [field]: text })).status,
          `${field}: ${text.slice(0, 40)}`,
        ).toBe(400);
      }
      expect((await owner.post('/instances', { name: 'Hostile', ...base, modules: [text] })).status).toBe(400);
      expect(
        (await owner.post('/instances', { name: 'Hostile', ...base, envVars: [{ name: text, value: 'x' }] })).status,
      ).toBe(400);
    }
    const envVars = [
      ...hostile.map((value, index) => ({ name: `HOSTILE_${index}`, value })),
      { name: 'LONG', value: 'ü'.repeat(32_000) },
    ];
    const answer = await owner.post('/instances', { name: "Hostile '; $(touch /tmp/hostile)", ...base, envVars });
    expect(answer.status).toBe(202);
    const operation = await owner.finished(answer.text('operationId'));
    expect(operation.at('data.operationUpdated.status'), JSON.stringify(operation.body)).toBe('succeeded');
    const [container] = await server.engine.docker.listContainers({
      filters: { label: [`sh.ocore.instance=${answer.text('id')}`, 'sh.ocore.part=odoo'] },
    });
    const inspected = await server.engine.docker.getContainer(container?.Id ?? '').inspect();
    for (const { name, value } of envVars) expect(inspected.Config.Env).toContain(`${name}=${value}`);
    expect(existsSync('/tmp/hostile')).toBe(false);
  } finally {
    await ocore.stop();
  }
}, 180_000);
