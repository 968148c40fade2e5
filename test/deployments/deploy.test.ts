import { afterAll, describe, expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { Answer } from '../kit/client.ts';
import { noteModule, plainModel, type Version } from './addon.ts';
import { type Deployed, Erp } from './erp.ts';

it.override('env', { DEPLOYMENT_UPDATE_TIMEOUT: '2m' });

const minutes = 60_000;
let erp: Erp;
let first: Deployed;
let second: Deployed;
let third: Deployed;

it.beforeAll(async ({ owner, server }) => {
  erp = await Erp.start(owner, server);
  await erp.repository.commit('main', noteModule(), 'Notes');
  await erp.validate();
  await erp.provision();
}, 10 * minutes);
afterAll(() => erp.stop());

const push = (version: Version, message?: string): Promise<string> =>
  erp.repository.commit('main', noteModule(version), message);
const kept = (): Promise<string> => erp.psql("SELECT count(*) FROM ocore_note WHERE name = 'written before'");

it(
  'installs a module of the branch, for which the image alone has no code',
  async () => {
    first = await erp.deploy({ install: ['ocore_note'] });
    expect(first).toMatchObject({ status: 'succeeded', errorCode: null, previousId: null, plan: { database: true } });
    expect(first.plan?.modules).toEqual([{ name: 'ocore_note', change: 'install', reasons: [], migrations: [] }]);
    expect(first.downtimeMs).toBeGreaterThan(0);
    expect([await erp.says(), await erp.left()]).toEqual(['one', []]);
    await erp.psql("INSERT INTO ocore_note (name) VALUES ('written before')");
  },
  5 * minutes,
);

it('says beforehand what it would do, and does nothing', async () => {
  const sha = await push({ says: 'two' }, 'Another answer');
  const plan = await erp.deploy({ dryRun: true });
  expect(plan).toMatchObject({
    ...{ status: 'succeeded', commitSha: sha, downtimeMs: 0 },
    plan: {
      database: false,
      image: false,
      modules: [{ name: 'ocore_note', change: 'code' }],
      commits: [{ sha, subject: 'Another answer' }],
    },
  });
  expect(await erp.says()).toBe('one');
});

it(
  'tries new code beside the old one, which serves until the new one is healthy',
  async () => {
    const statuses: number[] = [];
    let deploying = true;
    const visiting = (async () => {
      while (deploying)
        statuses.push(
          await fetch(`${erp.url}/web/health`).then(
            ({ status }) => status,
            () => 0,
          ),
        );
    })();
    second = await erp.deploy();
    deploying = false;
    await visiting;
    expect(second).toMatchObject({
      status: 'succeeded',
      snapshotId: null,
      previousId: first.id,
      plan: { database: false },
    });
    // Nobody was answered with an error: what came while the port changed hands was not connected.
    expect([...new Set(statuses)].filter((status) => status !== 0)).toEqual([200]);
    expect([await erp.says(), await kept(), await erp.left()]).toEqual(['two', '1', []]);
  },
  5 * minutes,
);

it(
  'updates a module whose version rose, with its migration, and keeps what was written',
  async () => {
    const model = `${plainModel}    rank = fields.Integer()\n`;
    const migration = "def migrate(cr, version):\n    cr.execute('UPDATE ocore_note SET rank = 7')\n";
    await push({
      ...{ says: 'three', version: '19.0.1.1.0', model },
      files: { 'migrations/19.0.1.1.0/post-rank.py': migration },
    });
    third = await erp.deploy();
    expect(third).toMatchObject({ status: 'succeeded', previousId: second.id });
    expect(third.plan?.modules).toMatchObject([
      { change: 'update', migrations: [expect.stringContaining('19.0.1.1.0/post-rank.py')] },
    ]);
    expect(third.snapshotId).not.toBeNull();
    expect(await erp.psql('SELECT name, rank FROM ocore_note')).toBe('written before|7');
    expect([await erp.says(), await erp.left()]).toEqual(['three', []]);
  },
  5 * minutes,
);

describe('comes back to the code and the data from before', () => {
  const good: Version = {
    ...{ says: 'never', version: '19.0.1.2.0', model: `${plainModel}    rank = fields.Integer()\n` },
  };
  interface Bad {
    version: Version | 'none';
    ends: { status: string; errorCode: string };
    finding: object | null;
  }
  it.for<[string, Bad]>([
    [
      'from a syntax error',
      {
        version: { ...good, model: `${plainModel}    rank = fields.Integer(\n` },
        ends: { status: 'rolled_back', errorCode: 'module_update_failed' },
        finding: { file: 'ocore_note/models/note.py', module: 'ocore_note' },
      },
    ],
    [
      'from a migration that has committed half of its work',
      {
        version: {
          ...good,
          files: {
            'migrations/19.0.1.2.0/post-rank.py':
              "def migrate(cr, version):\n    cr.execute('DELETE FROM ocore_note')\n    cr.commit()\n    raise ValueError('half-way')\n",
          },
        },
        ends: { status: 'rolled_back', errorCode: 'module_update_failed' },
        finding: { message: 'ValueError: half-way', line: 4 },
      },
    ],
    [
      'from a view that names a field which is not there',
      {
        version: {
          ...good,
          view: `<odoo>
    <record id="view_note_form" model="ir.ui.view">
        <field name="name">ocore.note.form</field>
        <field name="model">ocore.note</field>
        <field name="arch" type="xml">
            <form><field name="colour"/></form>
        </field>
    </record>
</odoo>
`,
        },
        ends: { status: 'rolled_back', errorCode: 'module_update_failed' },
        finding: { file: 'ocore_note/views/note.xml' },
      },
    ],
    [
      'from a module with which /web/login breaks',
      {
        version: {
          ...good,
          files: {
            'controllers/version.py':
              "from odoo.addons.web.controllers.home import Home\nfrom odoo import http\n\n\nclass Broken(Home):\n    @http.route()\n    def web_login(self, redirect=None, **kw):\n        raise RuntimeError('no login for anybody')\n",
          },
        },
        ends: { status: 'rolled_back', errorCode: 'odoo_not_healthy' },
        finding: { message: 'RuntimeError: no login for anybody' },
      },
    ],
    [
      'from an update that hangs',
      {
        version: {
          ...good,
          files: {
            'migrations/19.0.1.2.0/pre-wait.py': 'import time\n\n\ndef migrate(cr, version):\n    time.sleep(600)\n',
          },
        },
        ends: { status: 'rolled_back', errorCode: 'module_update_timeout' },
        finding: null,
      },
    ],
    [
      'from a commit without a module that is installed, before anything is stopped',
      {
        version: 'none',
        ends: { status: 'failed', errorCode: 'module_missing' },
        finding: null,
      },
    ],
    [
      'from a dependency that is not there, before anything is stopped',
      {
        version: { ...good, depends: ['web', 'acme_base'] },
        ends: { status: 'failed', errorCode: 'dependency_missing' },
        finding: null,
      },
    ],
    [
      'from a manifest that cannot be read, before anything is stopped',
      {
        version: { ...good, files: { '__manifest__.py': "{\n    'name': open('/etc/passwd').read(),\n}\n" } },
        ends: { status: 'failed', errorCode: 'addons_invalid' },
        finding: { file: 'addons/ocore_note/__manifest__.py', line: 2 },
      },
    ],
  ])('%s', { timeout: 5 * minutes }, async ([, { version, ends, finding }]) => {
    if (version === 'none') await erp.repository.commit('main', { 'README.md': 'No module' });
    else await push(version);
    const ended = await erp.deploy();
    expect(ended).toMatchObject(ends);
    if (finding) expect(ended.findings).toContainEqual(expect.objectContaining(finding));
    expect([await erp.says(), await erp.psql('SELECT name, rank FROM ocore_note'), await erp.left()]).toEqual([
      'three',
      'written before|7',
      [],
    ]);
  });
});

it(
  'leaves what serves as it is where a code change alone breaks it',
  async () => {
    await push({
      ...{ says: 'broken', version: '19.0.1.1.0', model: `${plainModel}    rank = fields.Integer()\n` },
      files: {
        'migrations/19.0.1.1.0/post-rank.py':
          "def migrate(cr, version):\n    cr.execute('UPDATE ocore_note SET rank = 7')\n",
        'controllers/version.py':
          "from odoo import http\n\n\nclass Notes(http.Controller):\n    @http.route('/ocore_note/version', auth='none')\n    def version(self):\n        return undefined_name\n",
      },
    });
    // Its page fails, which is not what health is judged by: the code is deployed.
    const deployed = await erp.deploy();
    expect([deployed.status, await erp.says()]).toEqual(['succeeded', '500']);
  },
  5 * minutes,
);

it(
  'goes back to an earlier deployment with its data, and says before what that loses',
  async () => {
    await erp.psql("INSERT INTO ocore_note (name) VALUES ('written after')");
    const preview = await erp.owner.get(`/deployments/${second.id}/rollback-preview`);
    expect(preview.at('tables')).toContainEqual({ table: 'public.ocore_note', rowsThen: 1, rowsNow: 2 });
    const back = await erp.ended(
      await erp.owner.post(`/environments/${erp.environment}/rollback`, {
        deploymentId: second.id,
        mode: 'code_and_database',
      }),
    );
    expect(back).toMatchObject({ status: 'succeeded', commitSha: second.commitSha });
    expect([await erp.says(), await erp.psql('SELECT count(*) FROM ocore_note')]).toEqual(['two', '1']);
    expect(
      await erp.psql(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'ocore_note' AND column_name = 'rank'",
      ),
    ).toBe('0');
  },
  5 * minutes,
);

it(
  'does one at a time: the newest of those that wait takes the place of the others',
  async () => {
    const running = await erp.begin();
    await expect.poll(async () => (await erp.read(running.text('id'))).status, { timeout: minutes }).toBe('building');
    const replaced = await erp.begin({ branch: 'main' });
    const newest = await erp.begin({ branch: 'main', updateAll: false });
    expect([replaced.at('operationId'), newest.at('operationId')]).toEqual([null, null]);
    expect(await erp.read(replaced.text('id'))).toMatchObject({
      status: 'cancelled',
      statusMessage: `Replaced by ${newest.text('id')}, which is newer`,
    });
    expect((await erp.ended(running)).status).toBe('succeeded');
    expect((await erp.ended(newest)).status).toBe('succeeded');
  },
  5 * minutes,
);

it(
  'starts one that was stopped, with the new code',
  async () => {
    const stopped = await erp.owner.post(`/instances/${erp.instance}/stop`);
    expect((await erp.owner.finished(stopped.text('operationId'))).at('data.operationUpdated.status')).toBe(
      'succeeded',
    );
    await push({ says: 'awake' });
    expect([(await erp.deploy()).status, await erp.says(), await erp.left()]).toEqual(['succeeded', 'awake', []]);
  },
  5 * minutes,
);

it(
  'leaves what served when it is cancelled in the middle of an update',
  async () => {
    await push({
      ...{ says: 'never', version: '19.0.2.0.0' },
      files: {
        'migrations/19.0.2.0.0/pre-wait.py': 'import time\n\n\ndef migrate(cr, version):\n    time.sleep(600)\n',
      },
    });
    const before = await erp.says();
    const begun = await erp.begin();
    const operation = `/operations/${begun.text('operationId')}`;
    const step = async (name: string): Promise<unknown> => {
      const { body } = await erp.owner.get(operation);
      return JSON.stringify(body).match(new RegExp(`"name":"${name}"[^}]*"status":"(\\w+)"`))?.[1];
    };
    await expect.poll(() => step('update'), { timeout: minutes }).toBe('running');
    await erp.owner.post(`/deployments/${begun.text('id')}/cancel`);
    expect((await erp.ended(begun)).status).toBe('cancelled');
    expect([await erp.says(), await erp.left()]).toEqual([before, []]);
  },
  5 * minutes,
);

it(
  'goes along with a copy, which is neutralised with the modules that it brings, and with a restore into a new instance',
  async () => {
    const { owner, project, instance } = erp;
    const environmentId = (
      await owner.post('/environments', { projectId: project, name: 'Copies', type: 'development' })
    ).text('id');
    const done = async (answer: Answer): Promise<Answer> => {
      const last = await owner.finished(answer.text('operationId'));
      expect([last.at('data.operationUpdated.status'), last.at('data.operationUpdated.error')]).toEqual([
        'succeeded',
        null,
      ]);
      return answer;
    };
    const copy = await owner.post(`/instances/${instance}/clone`, { environmentId, name: 'Copy', mailCatcher: false });
    await done(copy);
    const wanted = { target: 'new', name: 'Restored', environmentId };
    const restored = await done(await owner.post(`/backups/${third.snapshotId}/restore`, wanted));
    for (const [made, name, says] of [
      [copy, 'Copy', await erp.says()],
      // Of before the third deployment.
      [restored, 'Restored', 'two'],
    ] as const) {
      const found = await owner.get(`/instances/${made.text('id')}`);
      const page = await fetch(`${found.text('url')}/ocore_note/version`);
      expect([await page.text(), found.at('deploymentId')]).toEqual([says, expect.any(String)]);
      await done(await owner.delete(`/instances/${made.text('id')}`, { confirmName: name }));
    }
  },
  8 * minutes,
);
