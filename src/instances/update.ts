import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, found, invalidState, validationError } from '../errors.ts';
import { parse } from '../parse.ts';
import { columnsOf, settingsOf } from './context.ts';
import { changedCreation, correct, creationFields, imageField } from './creation.ts';
import { configureInstanceKind, type Settings } from './kinds.ts';
import { sealEnvVars } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { instanceName } from './create.ts';
import { getInstance } from './list.ts';
import { checkAgainstServer, checkMemory, settingsFields } from './settings.ts';

export const updateInput = z
  .object({
    name: instanceName.nullish(),
    deletionProtected: z.boolean().nullish(),
    pullImage: z.boolean().nullish(),
    ...settingsFields,
    ...creationFields,
    ...imageField,
  })
  .superRefine(checkMemory);

type Input = z.output<typeof updateInput>;

/** The statuses of an instance that is there to stay. */
const lasting = ['provisioning', 'running', 'stopping', 'stopped', 'restarting', 'failed'] as const;
/** In these no container serves: what is changed is only written down. */
const idle = ['failed', 'stopped'] as const;
const isIdle = ({ status }: Instance): boolean => status === 'failed' || status === 'stopped';

/** Null is a choice, too: by the size of the server. */
const chosen = <T>(given: T | null | undefined, known: T | null): T | null => (given === undefined ? known : given);

/** What its container is to run with: the known settings and the changes. */
function changedSettings(app: App, instance: Instance, input: Input): Settings {
  const known = settingsOf(instance);
  return {
    workers: chosen(input.workers, known.workers),
    limitMemorySoft: input.limitMemorySoft ?? known.limitMemorySoft,
    limitMemoryHard: input.limitMemoryHard ?? known.limitMemoryHard,
    limitTimeCpu: input.limitTimeCpu ?? known.limitTimeCpu,
    limitTimeReal: input.limitTimeReal ?? known.limitTimeReal,
    maxCronThreads: input.maxCronThreads ?? known.maxCronThreads,
    logLevel: input.logLevel ?? known.logLevel,
    envVars: input.envVars ? sealEnvVars(app.secrets, instance.id, input.envVars) : known.envVars,
    cpuLimit: chosen(input.cpuLimit, known.cpuLimit),
    memoryLimit: chosen(input.memoryLimit, known.memoryLimit),
    processLimit: chosen(input.processLimit, known.processLimit),
    databaseCpuLimit: chosen(input.databaseCpuLimit, known.databaseCpuLimit),
    databaseMemoryLimit: chosen(input.databaseMemoryLimit, known.databaseMemoryLimit),
    databaseProcessLimit: chosen(input.databaseProcessLimit, known.databaseProcessLimit),
  };
}

/** Settings for which null is a choice; elsewhere it is as good as nothing. */
const nullable: ReadonlySet<string> = new Set([
  ...['workers', 'cpuLimit', 'memoryLimit', 'processLimit'],
  ...['databaseCpuLimit', 'databaseMemoryLimit', 'databaseProcessLimit'],
]);

const namesOfSettings = (input: Input): string[] =>
  Object.entries(input).flatMap(([name, value]) =>
    name in settingsFields && value !== undefined && (value !== null || nullable.has(name)) ? [name] : [],
  );

async function checked(scope: OrgScope, id: string, given: unknown): Promise<{ input: Input; before: Instance }> {
  const input = parse(updateInput, given);
  const before = await getInstance(scope, id);
  if (input.envVars) requireIn(scope, 'manage:instance_code', before.projectId);
  const server = await scope.db.server.findFirst({ where: { id: before.serverId, orgId: scope.orgId } });
  checkAgainstServer(input, found(server, 'server', before.serverId));
  return { input, before };
}

export interface Updated {
  instance: Instance;
  operation: Awaited<ReturnType<Parameters<Parameters<typeof mutate>[2]>[0]['start']>> | null;
  /** What becomes of the changes. */
  message: string;
}

/**
 * Changes the name and the protection at once. Applies new settings to a running instance by a re-created container, and
 * comes back to the old ones if Odoo is not healthy with them. Those of one that does not run are kept for its next start
 * or, with what the database is created with, for its next provisioning.
 */
export async function updateInstance(app: App, scope: OrgScope, id: string, given: unknown): Promise<Updated> {
  const { input, before } = await checked(scope, id, given);
  const { name, deletionProtected } = input;
  const facts = { ...(name ? { name } : {}), ...(typeof deletionProtected === 'boolean' ? { deletionProtected } : {}) };
  const creation = changedCreation(input);
  const settings = namesOfSettings(input);
  const changes = [...Object.keys(facts), ...creation, ...settings, ...(input.pullImage ? ['pullImage'] : [])];
  if (changes.length === 0)
    throw validationError([{ field: '', constraint: 'required', message: 'Name at least one field to change' }]);
  if (isIdle(before) && input.pullImage)
    throw new AppError(
      'invalid_state',
      `The instance is ${before.status}: provision it again with pullImage to pull its image`,
      { resource: 'instance', state: before.status, allowed: ['running'], action: 'provision' },
    );
  if (creation.length > 0 || (settings.length > 0 && isIdle(before)))
    return keep(app, scope, before, { facts, creation, settings, input });
  if (settings.length === 0 && !input.pullImage) return changeFacts(app, scope, before, facts);
  return { ...(await configure(app, scope, before, input, facts)), message: 'Instance updated' };
}

type Facts = { name?: string; deletionProtected?: boolean };

async function recordChange(
  { record }: Pick<Parameters<Parameters<typeof mutate>[2]>[0], 'record'>,
  before: Instance,
  facts: Facts,
  also: { changed?: string[] } = {},
): Promise<void> {
  const known = { name: before.name, deletionProtected: before.deletionProtected };
  await record({
    action: 'instance.updated',
    resource: instanceResource,
    resourceId: before.id,
    resourceName: facts.name ?? before.name,
    projectId: before.projectId,
    before: known,
    after: { ...known, ...facts, ...also },
  });
}

function changeFacts(app: App, scope: OrgScope, before: Instance, facts: Facts): Promise<Updated> {
  const { id } = before;
  return mutate(app, scope, async ({ tx, record }) => {
    const where = { id, orgId: scope.orgId, status: { in: [...lasting] } };
    const changed = await tx.instance.updateMany({ where, data: facts });
    if (changed.count === 0) throw invalidState('instance', before.status, lasting);
    await recordChange({ record }, before, facts);
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation: null, message: 'Instance updated' };
  });
}

interface Kept {
  facts: Facts;
  creation: readonly string[];
  settings: readonly string[];
  input: Input;
}

/** Writes down what a container or a database is to be made with later. */
function keep(
  app: App,
  scope: OrgScope,
  before: Instance,
  { facts, creation, settings, input }: Kept,
): Promise<Updated> {
  const { id, provisionedAt } = before;
  if (!isIdle(before)) throw invalidState('instance', before.status, idle);
  const data = {
    ...facts,
    ...correct(app, scope, before, input),
    ...(settings.length > 0 ? columnsOf(changedSettings(app, before, input)) : {}),
    ...(provisionedAt === null ? {} : { settingsPending: true }),
  };
  return mutate(app, scope, async ({ tx, record }) => {
    const where = { id, orgId: scope.orgId, status: { in: [...idle] }, provisionedAt };
    const changed = await tx.instance.updateMany({ where, data });
    if (changed.count === 0) throw invalidState('instance', before.status, idle);
    await recordChange({ record }, before, facts, { changed: [...creation, ...settings] });
    const instance = await tx.instance.findUnique({ where: { id } });
    const message =
      provisionedAt === null
        ? 'Saved; provision the instance again to use it'
        : 'Saved; the instance uses it from its next start';
    return { instance: found(instance, 'instance', id), operation: null, message };
  });
}

function configure(app: App, scope: OrgScope, before: Instance, input: Input, facts: Facts) {
  const { id, serverId, projectId } = before;
  const ownCode = input.envVars !== undefined && input.envVars !== null;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(configureInstanceKind, {
      resourceId: id,
      serverId,
      projectId,
      input: {
        settings: changedSettings(app, before, input),
        ownCode,
        ...(input.pullImage ? { pullImage: input.pullImage } : {}),
      },
    });
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: 'running' },
      data: { ...facts, status: 'restarting' },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'instance.configure_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: facts.name ?? before.name,
      projectId,
    });
    if (Object.keys(facts).length > 0) await recordChange({ record }, before, facts);
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}

/** As an older mutation has it, which changes nothing but settings: there is an operation in any case, also without a change. */
export async function configureInstance(app: App, scope: OrgScope, id: string, given: unknown) {
  const { input, before } = await checked(scope, id, given);
  return configure(app, scope, before, input, {});
}
