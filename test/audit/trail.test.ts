import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client } from '../kit/client.ts';
import { Ocore } from '../kit/ocore.ts';

let ocore: Ocore;
let owner: Client;

beforeAll(async () => {
  ocore = await Ocore.start();
  owner = await ocore.owner();
  for (const name of ['First', '=HYPERLINK("x")', 'Third, with a comma']) await owner.post('/projects', { name });
});
afterAll(() => ocore?.stop());

it('tells who did what from where, newest first', async () => {
  const trail = await owner.get('/audit-logs?action=project.created&limit=2');
  expect(trail.status).toBe(200);
  expect([trail.at('data.0.resourceName'), trail.at('data.0.userName'), trail.at('data.0.actorType'), trail.at('data.0.afterState.name'), trail.at('has_more')]).toEqual(['Third, with a comma', 'owner', 'user', 'Third, with a comma', true]);
  const rest = await owner.get(`/audit-logs?action=project.created&limit=2&cursor=${trail.text('next_cursor')}`);
  expect([rest.at('data.0.resourceName'), rest.at('data.1'), rest.at('next_cursor')]).toEqual(['First', undefined, null]);
});

it('finds by resource, by action family, by person and by time', async () => {
  const project = (await owner.get('/projects?limit=1')).text('data.0.id');
  expect((await owner.get(`/audit-logs?resource_id=${project}`)).at('data.0.resourceId')).toBe(project);
  expect((await owner.get('/audit-logs?action=org.*')).at('data.0.action')).toBe('org.created');
  expect((await owner.get('/audit-logs?user_id=0197a1f0-0000-7000-8000-000000000000')).at('data')).toEqual([]);
  expect((await owner.get('/audit-logs?start_date=2100-01-01T00:00:00Z')).at('data')).toEqual([]);
  expect((await owner.get('/audit-logs?end_date=2000-01-01T00:00:00Z')).at('data')).toEqual([]);
  const crossed = await owner.get('/audit-logs?start_date=2030-01-01T00:00:00Z&end_date=2020-01-01T00:00:00Z');
  expect([crossed.status, crossed.at('error.details.field')]).toEqual([400, 'start_date']);
});

it('exports as JSON and as CSV that no spreadsheet runs', async () => {
  const json = await owner.get('/audit-logs/export?resource_type=project');
  expect([json.headers.get('content-disposition')?.includes('.json'), json.at('0.resourceName')]).toEqual([true, 'Third, with a comma']);
  const csv = await owner.get('/audit-logs/export?format=csv&resource_type=project');
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(String(csv.body).split('\r\n')[0]).toBe('id,createdAt,action,resourceType,resourceId,resourceName,actorType,actorId,actorName,ipAddress,userAgent,requestId,beforeState,afterState');
  expect(String(csv.body)).toContain(`"'=HYPERLINK(""x"")"`);
  expect(String(csv.body)).toContain('"Third, with a comma"');
});

it('shows nothing of another organization', async () => {
  const stranger = await ocore.owner('stranger');
  const theirs = await stranger.get('/audit-logs');
  expect([theirs.at('data.0.action'), theirs.at('data.1')]).toEqual(['org.created', undefined]);
});
