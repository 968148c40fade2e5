import { afterAll, describe, expect } from 'vitest';
import { debianPackage } from '../fleet/packages/debian-package.ts';
import { PackageIndex } from '../fleet/packages/package-index.ts';
import { loadPackagedOdoo, packagedOdoo } from '../fleet/packages/packaged-odoo.ts';
import { it } from '../fleet/fixtures.ts';
import { firstEngine, registryPort } from '../fleet/slot.ts';
import type { Ocore } from '../kit/ocore.ts';
import { noteModule } from './addon.ts';
import { type Deployed, Erp } from './erp.ts';

const buildSeconds = 30;
// Nothing but the tests says how much memory the server has.
it.override('env', { DEPLOYMENT_BUILD_TIMEOUT: `${buildSeconds}s`, MONITOR_INTERVAL: '1h' });

const minutes = 60_000;
const mib = 1024 ** 2;
let erp: Erp;
let control: Ocore;
let index: PackageIndex;
let first: Deployed;

const rates = (version: string) => ({
  name: 'ocore_rates',
  version,
  module: `def vat():\n    return 'VAT of ${version}'\n`,
});
const broken = (name: string, building: string) => ({ name, version: '1.0', module: '', building });

it.beforeAll(async ({ owner, server, ocore }) => {
  control = ocore;
  index = await PackageIndex.start(`172.27.${firstEngine}.1`, registryPort + 3);
  await index.addPython(rates('1.0'));
  await index.addPython({ ...rates('2.0'), building: index.held });
  await index.addPython(broken('ocore_slow', 'import time\ntime.sleep(600)'));
  await index.addPython(broken('ocore_hungry', "x = []\nwhile True:\n    x.append(b'x' * 10_000_000)"));
  await index.addPython(broken('ocore_broken', "raise RuntimeError('no compiler found')"));
  index.addDebian(await debianPackage('ocore-paper', { 'usr/share/ocore-paper/size': 'A4' }));
  await loadPackagedOdoo(server.engine.docker, index);
  erp = await Erp.start(owner, server);
  await push({});
  await erp.validate();
  await erp.provision(packagedOdoo);
}, 10 * minutes);
afterAll(async () => {
  await erp?.stop();
  await index?.stop();
});

interface Asked {
  /** Lines of requirements.txt. */
  python?: readonly string[];
  apt?: string;
  /** An expression for what the page says. */
  says?: string;
}

/** A commit of the module whose page needs what its repository asks for. */
function push({ python, apt, says = "'plain'" }: Asked): Promise<string> {
  const page = `import importlib
import pathlib

from odoo import http


class Notes(http.Controller):
    @http.route('/ocore_note/version', auth='none')
    def version(self):
        return ${says}
`;
  return erp.repository.commit('main', {
    ...noteModule({ files: { 'controllers/version.py': page } }),
    ...(python ? { 'requirements.txt': `${index.options}${python.join('\n')}\n` } : {}),
    ...(apt === undefined ? {} : { 'apt.txt': apt }),
  });
}

const vat = "importlib.import_module('ocore_rates').vat()";
const paper = "pathlib.Path('/usr/share/ocore-paper/size').read_text()";
const packages: Asked = { python: ['ocore-rates==1.0'], apt: 'ocore-paper\n' };

const docker = () => erp.server.engine.docker;
/** The images of the instance, but for its own. */
async function images(): Promise<string[]> {
  const found = await docker().listImages({ filters: { label: [`sh.ocore.instance=${erp.instance}`] } });
  return found.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}
const serving = async () => (await docker().getContainer(`ocore-${erp.instance}-odoo`).inspect()).Config.Image;
const logOf = async ({ operationId }: Deployed): Promise<string> =>
  JSON.stringify((await erp.owner.get(`/operations/${operationId}/logs`)).body);

it(
  'installs what requirements.txt and apt.txt name, in an image over that of the instance',
  async () => {
    await push({ ...packages, says: `${vat} + ', ' + ${paper}` });
    first = await erp.deploy({ install: ['ocore_note'] });
    expect(first).toMatchObject({ status: 'succeeded', errorCode: null, plan: { image: true } });
    expect(first.image).toMatch(new RegExp(`^ocore-${erp.instance}:[0-9a-f]{24}$`));
    expect([await erp.says(), await erp.left(), await images(), await serving()]).toEqual([
      ...['VAT of 1.0, A4', [], [first.image], first.image],
    ]);
    expect((await erp.owner.get(`/instances/${erp.instance}`)).at('image')).toBe(packagedOdoo);
  },
  5 * minutes,
);

it('starts it as the image of the instance starts, with the same user and volumes', async () => {
  const [base, built] = await Promise.all(
    [packagedOdoo, first.image ?? ''].map(async (name) => (await docker().getImage(name).inspect()).Config),
  );
  const { Env, User, Entrypoint, Cmd, WorkingDir, ExposedPorts, Volumes } = base ?? {};
  expect(User).toBe('odoo');
  expect(built).toMatchObject({ Env, User, Entrypoint, Cmd, WorkingDir, ExposedPorts, Volumes });
  expect(built?.Env).toEqual(Env);
});

it(
  'takes the image again for the same packages, and removes those that no deployment needs',
  async () => {
    const stale = `ocore-${erp.instance}:stale`;
    const Labels = { 'sh.ocore.instance': erp.instance };
    await docker()
      .getContainer(`ocore-${erp.instance}-odoo`)
      .commit({ repo: stale.split(':')[0], tag: 'stale', Labels });
    expect(await images()).toEqual([first.image, stale].sort());
    await push({ ...packages, says: `'again ' + ${vat}` });
    const second = await erp.deploy();
    expect(second).toMatchObject({ status: 'succeeded', image: first.image, plan: { database: false } });
    expect(await logOf(second)).toContain(`${first.image} was built before`);
    expect([await erp.says(), await erp.left(), await images()]).toEqual(['again VAT of 1.0', [], [first.image]]);
  },
  5 * minutes,
);

describe('leaves what serves as it is', () => {
  interface Bad {
    asked: Asked;
    code?: string;
    message: RegExp;
  }
  const bad: [string, Bad][] = [
    [
      'where a package does not exist',
      { asked: { python: ['ocore-nowhere'] }, message: /No matching distribution found for ocore-nowhere/ },
    ],
    [
      'where no release is the one that is asked for',
      { asked: { python: ['ocore-rates==3.0'] }, message: /from versions: 1\.0, 2\.0/ },
    ],
    [
      'where a package cannot be built',
      { asked: { python: ['ocore-broken'] }, message: /RuntimeError: no compiler found/ },
    ],
    [
      'where a package of Debian does not exist',
      { asked: { apt: 'ocore-nowhere\n' }, message: /E: Unable to locate package ocore-nowhere/ },
    ],
    [
      'where apt.txt names what is no package',
      { asked: { apt: 'ocore-paper\n--purge\n' }, code: 'addons_invalid', message: /apt\.txt: "--purge" is not/ },
    ],
    [
      'where packages need too long',
      { asked: { python: ['ocore-slow'] }, message: new RegExp(`not installed within ${buildSeconds} s$`) },
    ],
  ];
  it.for(bad)('%s', { timeout: 5 * minutes }, async ([, { asked, code = 'image_build_failed', message }]) => {
    await push(asked);
    const ended = await erp.deploy();
    expect(ended).toMatchObject({ status: 'failed', errorCode: code, image: null, downtimeMs: 0 });
    expect(ended.statusMessage).toMatch(message);
    expect([await erp.says(), await erp.left(), await images()]).toEqual(['again VAT of 1.0', [], [first.image]]);
  });

  it('where packages need more memory than they may have', { timeout: 5 * minutes }, async () => {
    const [server] = await control.sql<{ ram: string }>('SELECT ram_total_bytes AS ram FROM servers');
    await control.sql('UPDATE servers SET ram_total_bytes = $1', [1024 * mib]);
    await push({ python: ['ocore-hungry'] });
    const ended = await erp.deploy();
    expect(ended).toMatchObject({
      ...{ status: 'failed', errorCode: 'image_build_failed' },
      statusMessage: 'The installation of the packages needed more than 512 MiB of memory',
    });
    expect([await erp.says(), await erp.left(), await images()]).toEqual(['again VAT of 1.0', [], [first.image]]);
    await control.sql('UPDATE servers SET ram_total_bytes = $1', [server?.ram]);
  });

  it('when it is cancelled in the middle of the installation', { timeout: 5 * minutes }, async () => {
    const slow = () => index.requests.filter((path) => path.endsWith('ocore_slow-1.0.tar.gz')).length;
    const before = slow();
    await push({ python: ['ocore-slow'] });
    const begun = await erp.begin();
    await expect.poll(slow, { timeout: minutes }).toBeGreaterThan(before);
    await erp.owner.post(`/deployments/${begun.text('id')}/cancel`);
    expect(await erp.ended(begun)).toMatchObject({ status: 'cancelled', image: null });
    expect([await erp.says(), await erp.left(), await images()]).toEqual(['again VAT of 1.0', [], [first.image]]);
  });
});

it('says so beforehand, too, where apt.txt names what is no package', async () => {
  await push({ apt: '$(touch /tmp/pwned)\n' });
  expect(await erp.deploy({ dryRun: true })).toMatchObject({ status: 'failed', errorCode: 'addons_invalid' });
});

it(
  'installs them from the beginning where the installation was killed from outside',
  async () => {
    index.hold(true);
    await push({ python: ['ocore-rates==2.0'], says: vat });
    const begun = await erp.begin();
    await expect.poll(() => index.requests.includes('/held'), { timeout: minutes }).toBe(true);
    await docker().getContainer(`ocore-${erp.instance}-build`).kill();
    index.hold(false);
    const newer = await erp.ended(begun);
    expect(await logOf(newer)).toContain('The installation was interrupted from outside (exit code 137)');
    expect([newer.status, await erp.says(), await erp.left(), await images()]).toEqual([
      ...['succeeded', 'VAT of 2.0', [], [first.image, newer.image].sort()],
    ]);
  },
  5 * minutes,
);

it(
  'goes back to the packages of an earlier deployment with its code',
  async () => {
    const answer = await erp.owner.post(`/environments/${erp.environment}/rollback`, {
      ...{ deploymentId: first.id, mode: 'code_only' },
    });
    expect(await erp.ended(answer)).toMatchObject({ status: 'succeeded', image: first.image });
    expect([await erp.says(), await erp.left(), await serving()]).toEqual(['VAT of 1.0, A4', [], first.image]);
  },
  5 * minutes,
);

it(
  'runs the image of the instance again when nothing is asked for any more',
  async () => {
    await push({ says: "'nothing'" });
    expect(await erp.deploy()).toMatchObject({ status: 'succeeded', image: null, plan: { image: false } });
    expect([await erp.says(), await serving()]).toEqual(['nothing', packagedOdoo]);
  },
  5 * minutes,
);

it('removes the images with the instance, but none that somebody made of its containers', {
  timeout: 5 * minutes,
}, async () => {
  await docker().getContainer(`ocore-${erp.instance}-odoo`).commit({ repo: 'rescue', tag: '1' });
  expect(await images()).toHaveLength(3);
  const answer = await erp.owner.delete(`/instances/${erp.instance}`);
  expect((await erp.owner.finished(answer.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  expect(await images()).toEqual(['rescue:1']);
  await docker().getImage('rescue:1').remove();
  expect((await docker().getImage(packagedOdoo).inspect()).RepoTags).toContain(packagedOdoo);
});
