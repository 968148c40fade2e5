import type { DestinationType } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, found } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { RemoteError } from '../remote/index.ts';
import { createInput, updateInput } from './fields.ts';
import { type DestinationPlace, placeOf, secretOwner, storedOf } from './place.ts';
import { TestFailure } from './problems.ts';
import type { TestReport } from './report.ts';
import { type DestinationRow, factAbout, foundIn, getDestination, shown } from './rows.ts';
import { tryPlace } from './try.ts';
import { refuseMove } from './usage.ts';
import { configOf, requireSecretAgain, wantedPlace } from './wanted.ts';

/** Every backup run looks through them. */
const mostDestinations = 100;

function refused({ step = 'connect', problem, message }: Pick<TestFailure, 'step' | 'problem' | 'message'>): AppError {
  return new AppError('unprocessable', `The test of the destination failed (${step}): ${message}`, { step, problem });
}

/** The place that is wanted, tested for real. What fails changes nothing. */
async function provenPlace(
  app: App,
  scope: OrgScope,
  wanted: () => Promise<DestinationPlace>,
): Promise<{ place: DestinationPlace; report: TestReport }> {
  const place = await wanted().catch((error: unknown) => {
    if (error instanceof RemoteError && error.code === 'destination_denied')
      throw new AppError('destination_denied', error.message, { field: 'config', constraint: 'destination' });
    throw error instanceof TestFailure ? refused(error) : error;
  });
  const report = await tryPlace(app, scope.orgId, place, { proven: false });
  if (report.failure) throw refused(report.failure);
  return { place, report };
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (uniqueViolation(error) === undefined || error instanceof AppError) throw error;
    throw new AppError('conflict', `A backup destination named ${name} already exists`, {
      field: 'name',
      constraint: 'unique',
    });
  };

/** Creates a destination, if a file can be written there, read back, listed and deleted now. */
export async function createDestination(app: App, scope: OrgScope, given: unknown): Promise<DestinationRow> {
  const { name, destinationType, config } = parse(createInput, given);
  // Before the test, which takes its time.
  const taken = await scope.db.backupDestination.findFirst({ where: { orgId: scope.orgId, name } });
  if (taken)
    throw new AppError('conflict', `A backup destination named ${name} already exists`, {
      field: 'name',
      constraint: 'unique',
    });
  const { place, report } = await provenPlace(app, scope, () => wantedPlace(app, scope, destinationType, config));
  const id = newId();
  return mutate(app, scope, async ({ tx, record }) => {
    if ((await tx.backupDestination.count({ where: { orgId: scope.orgId } })) >= mostDestinations)
      throw new AppError('conflict', `An organization can have up to ${mostDestinations} backup destinations`, {
        constraint: 'max',
        maximum: mostDestinations,
      });
    const row = await tx.backupDestination.create({
      data: { id, orgId: scope.orgId, name, destinationType, ...columnsOf(app, id, place), ...foundIn(report) },
    });
    await record({ action: 'backup_destination.created', ...factAbout(row), after: shown(row) });
    return row;
  }).catch(nameTaken(name));
}

function columnsOf(app: App, id: string, place: DestinationPlace) {
  const { config, secret } = storedOf(place);
  return {
    config,
    credentialsEnc: secret === null ? null : app.secrets.seal(secret, secretOwner(id)),
    serverId: place.type === 'local' ? place.serverId : null,
  };
}

/** Changes a destination; a new config is tested like that of a new one. Where repositories are, their place stays. */
export async function updateDestination(
  app: App,
  scope: OrgScope,
  id: string,
  given: unknown,
): Promise<DestinationRow> {
  const input = parse(updateInput, given);
  const before = await getDestination(scope, id);
  const name = input.name ?? before.name;
  const changed = input.config ? await changedPlace(app, scope, before, input.config) : null;
  return mutate(app, scope, async ({ tx, record }) => {
    // The test took its time: what others changed meanwhile is not overwritten.
    const { count } = await tx.backupDestination.updateMany({
      where: { id, orgId: scope.orgId, updatedAt: before.updatedAt },
      data: { name, ...(changed ? { ...columnsOf(app, id, changed.place), ...foundIn(changed.report) } : {}) },
    });
    if (count === 0)
      throw new AppError('conflict', 'The backup destination was changed at the same time; look at it and try again', {
        constraint: 'concurrent',
      });
    if (changed) await refuseMove(tx, before, await placeOf(app, before), changed.place);
    const row = found(
      await tx.backupDestination.findUnique({ where: { id, orgId: scope.orgId } }),
      'backup_destination',
      id,
    );
    await record({
      action: 'backup_destination.updated',
      ...factAbout(row),
      before: shown(before),
      after: { ...shown(row), credentialsChanged: changed?.credentialsChanged ?? false },
    });
    return row;
  }).catch(nameTaken(name));
}

async function changedPlace(
  app: App,
  scope: OrgScope,
  before: DestinationRow,
  config: Readonly<Record<string, unknown>>,
): Promise<{ place: DestinationPlace; report: TestReport; credentialsChanged: boolean }> {
  const now = await placeOf(app, before);
  requireSecretAgain(now, config);
  const type: DestinationType = before.destinationType;
  const isSameHost =
    now.type === 'sftp' && (config['host'] ?? now.host) === now.host && (config['port'] ?? now.port) === now.port;
  const merged = {
    ...configOf(now),
    ...Object.fromEntries(Object.entries(config).filter(([, value]) => value != null)),
  };
  const { place, report } = await provenPlace(app, scope, () =>
    wantedPlace(app, scope, type, merged, isSameHost ? now.hostKey : undefined),
  );
  return { place, report, credentialsChanged: storedOf(place).secret !== storedOf(now).secret };
}
