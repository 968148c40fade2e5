import { compareModule } from '../addons/index.ts';
import type { Deployment } from '../../prisma/generated/client/client.ts';
import { AppError } from '../errors.ts';
import { type Site, siteOf } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { gitOf, remoteOf } from '../repositories/index.ts';
import { type Context, deploymentOf, updateDeployment } from './context.ts';
import {
  type Addons,
  type Content,
  contentsOf,
  contentsShape,
  fetchCommits,
  type Fetched,
  findAddons,
  type Found,
  packagesOf,
  type Source,
} from '../deployed-code/index.ts';
import { knownModules } from './known-modules.ts';
import { requireDeployable } from './requirements.ts';
import { sourcesOf } from './rows.ts';
import type { Plan, PlannedChange } from './shapes.ts';
import { fetchSources } from './sources.ts';

const mostCommits = 50;
/** Of earlier deployments, for what their downtime tells. */
const mostEarlier = 20;

/** What served before. */
interface Before {
  sources: readonly Source[];
  contents: ReadonlyMap<string, Content>;
}

async function before({ app, operation }: Context, { instance }: Site): Promise<Before> {
  const none = { sources: [], contents: new Map<string, Content>() };
  if (instance.deploymentId === null) return none;
  const where = { id: instance.deploymentId, orgId: operation.orgId };
  const row = await app.db.prisma.deployment.findFirst({ where, include: { contents: true } });
  if (!row) return none;
  const contents = contentsShape.parse(row.contents?.modules ?? []);
  return { sources: sourcesOf(row), contents: new Map(contents.map((content) => [content.name, content])) };
}

/** The files of what served before, as far as its hosts still have them: what was pushed over may be gone. */
async function treesBefore(context: Context, { sources }: Before): Promise<Fetched[]> {
  const trees: Fetched[] = [];
  for (const source of sources) {
    const [fetched] = await fetchCommits(context, [source]).catch((error: unknown) => {
      if (!(error instanceof AppError) || context.signal.aborted) throw error;
      context.log('warning', `The commit from before cannot be read: ${error.message}`);
      return [];
    });
    if (fetched) trees.push(fetched);
  }
  return trees;
}

const moduleIn = ({ module, from: { tree } }: Found) => ({ tree, module });

/** What changes in the modules that are installed, or are to be. */
async function changes(
  context: Context,
  deployment: Deployment,
  addons: Addons,
  served: Before,
  installed: ReadonlyMap<string, string | null>,
): Promise<PlannedChange[]> {
  const differs = [...addons.modules.values()].filter(
    ({ module: { name, id } }) => installed.has(name) && served.contents.get(name)?.id !== id,
  );
  const old =
    differs.length > 0 ? (await findAddons(await treesBefore(context, served))).modules : new Map<string, Found>();
  const planned: PlannedChange[] = [];
  for (const found of differs) {
    const { name, version } = found.module;
    const was = served.contents.has(name) ? old.get(name) : undefined;
    const change = await compareModule(was ? moduleIn(was) : null, moduleIn(found));
    if (change.kind === 'none') continue;
    planned.push({
      name,
      repositoryId: found.from.source.repositoryId,
      change: change.kind === 'database' ? 'update' : 'code',
      fromVersion: served.contents.get(name)?.version ?? installed.get(name) ?? null,
      toVersion: version,
      reasons: [...change.reasons],
      migrations: [...change.migrations],
    });
  }
  const wanted = deployment.install.filter((name) => !installed.has(name));
  for (const name of wanted) {
    const found = addons.modules.get(name);
    planned.push({
      name,
      repositoryId: found?.from.source.repositoryId ?? null,
      change: 'install',
      fromVersion: null,
      toVersion: found?.module.version ?? null,
      reasons: [],
      migrations: [],
    });
  }
  return planned;
}

/** The commits that come, newest first. What cannot be told is left out: it changes nothing. */
async function commits(context: Context, sources: readonly Source[], served: Before): Promise<Plan['commits']> {
  const { app, operation, signal, log } = context;
  const all: Plan['commits'] = [];
  for (const { repositoryId, name, sha } of sources) {
    const from = served.sources.find((source) => source.repositoryId === repositoryId)?.sha;
    if (from === sha) continue;
    const where = { id: repositoryId, orgId: operation.orgId };
    const repository = await app.db.prisma.repository.findFirst({ where });
    if (!repository) continue;
    const found = await gitOf(app)
      .log(await remoteOf(app, repository), from, sha, mostCommits, signal)
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || signal.aborted) throw error;
        log('warning', `${name}: the commits between cannot be listed: ${error.message}`);
        return [];
      });
    for (const { sha: id, subject, author, at } of found)
      all.push({ repositoryId, sha: id, subject, author, at: at.toISOString() });
  }
  return all;
}

/** The median of how long Odoo was away in earlier deployments of the same sort. */
async function expectedDowntime({ app, operation }: Context, database: boolean): Promise<number | null> {
  const rows = await app.db.prisma.deployment.findMany({
    where: {
      orgId: operation.orgId,
      instanceId: operation.resourceId,
      status: 'succeeded',
      dryRun: false,
      downtimeMs: { not: null },
      plan: { path: ['database'], equals: database },
    },
    orderBy: { id: 'desc' },
    take: mostEarlier,
    select: { downtimeMs: true },
  });
  const sorted = rows.flatMap(({ downtimeMs }) => (downtimeMs === null ? [] : [downtimeMs])).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Finds the modules of the commits, whether they can work, and what they change; writes it down as the plan. */
export async function detect(context: Context): Promise<string> {
  const deployment = await deploymentOf(context);
  const [site, sources] = await Promise.all([siteOf(context), fetchSources(context)]);
  const [addons, known, served] = await Promise.all([
    findAddons(sources),
    knownModules(context, site),
    before(context, site),
  ]);
  for (const { message, file, line } of addons.warnings)
    context.log('warning', file === null ? message : `${file}${line === null ? '' : `, line ${line}`}: ${message}`);
  const invalid = addons.warnings.find(({ file }) =>
    known.some(({ name, installed }) => installed && file?.split('/').at(-2) === name),
  );
  await updateDeployment(context, {
    findings: addons.warnings.map((one) => ({ severity: 'warning' as const, traceback: null, ...one })),
  });
  if (invalid)
    throw new StepError(
      'addons_invalid',
      `${invalid.file}${invalid.line === null ? '' : `, line ${invalid.line}`}: ${invalid.message}`,
      'Correct the module and deploy again.',
    );
  const { install, updateAll } = deployment;
  requireDeployable({ addons, known, before: new Set(served.contents.keys()), install });
  // What cannot be installed is said before anything is built, and by a dry run.
  await packagesOf(addons);
  const installed = new Map(known.filter((one) => one.installed).map(({ name, version }) => [name, version]));
  const [modules, listed] = await Promise.all([
    changes(context, deployment, addons, served, installed),
    commits(
      context,
      sources.map(({ source }) => source),
      served,
    ),
  ]);
  const database = updateAll || modules.some(({ change }) => change !== 'code');
  const plan: Plan = {
    modules,
    commits: listed,
    database,
    updateAll,
    image: addons.requirements.length + addons.aptPackages.length > 0,
    expectedDowntimeMs: await expectedDowntime(context, database),
  };
  await updateDeployment(context, { plan });
  const { id: deploymentId, orgId } = deployment;
  const rows = contentsOf(addons);
  await context.write((tx) =>
    tx.deploymentContents.upsert({
      where: { deploymentId },
      create: { deploymentId, orgId, modules: rows },
      update: { modules: rows },
    }),
  );
  return inWords(plan, addons);
}

const count = (number: number, one: string, more = `${one}s`): string => `${number} ${number === 1 ? one : more}`;

function inWords({ modules, updateAll, database }: Plan, addons: Addons): string {
  const of = (kind: PlannedChange['change']): number => modules.filter(({ change }) => change === kind).length;
  const parts = [
    ...(updateAll
      ? ['all modules are updated']
      : of('update') > 0
        ? [`${count(of('update'), 'module is', 'modules are')} updated`]
        : []),
    ...(of('install') > 0 ? [`${count(of('install'), 'module is', 'modules are')} installed`] : []),
    ...(of('code') > 0 ? [`${count(of('code'), 'module has', 'modules have')} new code`] : []),
    ...(database ? [] : ['the database stays as it is']),
  ];
  return `${count(addons.modules.size, 'module')}; ${parts.join(', ')}`;
}
