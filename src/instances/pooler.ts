import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { execInContainer, putFile, type RemoteHost } from '../remote/index.ts';
import { poolerBounds } from './container-limits.ts';
import { ensureCreated, findContainer, logConfig, startContainer, stopContainer } from './containers.ts';
import { settingsOf, type Site } from './context.ts';
import { getImage } from './get-image.ts';
import type { Settings } from './kinds.ts';
import { databaseName, databaseRole, labelsOf, madeOfLabel, namesOf, poolerPart } from './names.ts';
import {
  consolePassword,
  consoleUser,
  leastPool,
  poolerConf,
  poolerFiles,
  poolerHba,
  poolerUsers,
} from './pooler-conf.ts';
import { poolerOf, poolerPort } from './pooler-settings.ts';
import { removeContainer } from './removal.ts';
import { type InstanceSecrets, openSecrets } from './sealed.ts';

/** The user of the public image, whatever the image calls it. */
const user = 70;
const readyMs = 30_000;
/** The engine starts a container that ends again and again, ever more slowly. */
const maxRestarts = 5;

type Secrets = Pick<App, 'secrets'>;
type Place = Pick<Site, 'host' | 'instance'>;

async function putFiles(host: RemoteHost, id: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files))
    await putFile(host.docker, id, { path, content, mode: 0o400, uid: user, gid: user });
}

interface SignIn {
  user: string;
  password: string;
  database: string;
  signal?: AbortSignal;
}

/** Runs one statement through PgBouncer, from the container of PostgreSQL, whose psql is there in any case. */
function throughPooler(
  { host, instance }: Place,
  { user: name, password, database, signal }: SignIn,
  statement: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { pooler, database: container } = namesOf(instance.id);
  const where = ['-h', pooler, '-p', String(poolerPort), '-U', name, '-d', database];
  return execInContainer(host.docker, container, ['psql', '-X', '-q', '-w', '--csv', ...where, '-c', statement], {
    env: [`PGPASSWORD=${password}`, 'PGCONNECT_TIMEOUT=5'],
    user: 'postgres',
    timeoutMs: 20_000,
    ...(signal ? { signal } : {}),
  });
}

/** A command of PgBouncer's own console; gives CSV. */
export async function askPooler(
  { secrets }: Secrets,
  place: Place,
  command: string,
  signal?: AbortSignal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const password = consolePassword(await openSecrets(secrets, place.instance));
  const signIn = { user: consoleUser, password, database: 'pgbouncer', ...(signal ? { signal } : {}) };
  return throughPooler(place, signIn, command);
}

/** Has PgBouncer read its files again, if it runs: those who are connected stay so. */
async function reload(app: Secrets, place: Place, signal: AbortSignal): Promise<void> {
  const { code, stderr } = await askPooler(app, place, 'RELOAD', signal);
  if (code !== 0) throw notReady(`PgBouncer does not read its files again: ${lastLine(stderr)}`);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
const notReady = (message: string): StepError =>
  new StepError(
    'pooler_not_ready',
    message,
    'Read its log on the server with `docker logs`, or disable PgBouncer: Odoo connects to PostgreSQL itself then.',
  );

/** Waits until both databases that Odoo uses can be reached through PgBouncer, with Odoo's password. */
async function waitForPooler(
  app: Secrets,
  place: Place,
  { odooPassword }: InstanceSecrets,
  signal: AbortSignal,
): Promise<void> {
  const { host, instance } = place;
  const databases = [databaseName(instance.slug), 'postgres'];
  let said = 'no answer';
  for (const end = performance.now() + readyMs; performance.now() < end; ) {
    const [database] = databases;
    if (database === undefined) return;
    const signIn = { user: databaseRole, password: odooPassword, database, signal };
    const { code, stderr } = await throughPooler(place, signIn, 'SELECT 1');
    if (code === 0) {
      databases.shift();
      continue;
    }
    said = lastLine(stderr);
    const info = await findContainer(host, namesOf(instance.id).pooler);
    if (!info?.State.Running && (info?.RestartCount ?? maxRestarts) >= maxRestarts) break;
    // One that ran before may have read an older password.
    await askPooler(app, place, 'RELOAD', signal);
    await sleep(200, undefined, { signal });
  }
  if (databases.length > 0) throw notReady(`Odoo’s databases cannot be reached through PgBouncer: ${said}`);
}

/**
 * Runs the PgBouncer that the instance is to have, before Odoo starts; one that was made of something else is replaced.
 * Nothing where it is to have none.
 */
export async function ensurePooler(
  context: Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log' | 'progress'>,
  { host, instance, sizing }: Site,
  settings: Settings = settingsOf(instance),
): Promise<void> {
  const pooler = poolerOf(instance);
  if (pooler === null) return;
  const { app, operation, signal } = context;
  const name = namesOf(instance.id).pooler;
  const secrets = await openSecrets(app.secrets, instance);
  const conf = poolerConf(instance, pooler, leastPool(settings, sizing));
  const madeOf = createHash('sha256')
    .update(JSON.stringify([pooler.image, conf, poolerBounds]))
    .digest('hex')
    .slice(0, 32);
  const known = await findContainer(host, name);
  const fits = known?.Config?.Labels[madeOfLabel] === madeOf;
  if (!fits) await getImage(context, host, pooler.image, { pull: false, part: [0, 1] });
  if (known && !fits) {
    await stopContainer(host, known.Id, 5);
    await removeContainer(host, known.Id);
  }
  const id = await ensureCreated(host, instance, name, {
    Image: pooler.image,
    Entrypoint: ['pgbouncer'],
    Cmd: [poolerFiles.conf],
    User: `${user}:${user}`,
    // It stays with the operation that made the database, as that does: no later one's clean-up may take it away.
    Labels: {
      ...labelsOf(instance, poolerPart, instance.provisionedBy ?? operation.id),
      [madeOfLabel]: madeOf,
    },
    // At once: since 1.23, SIGTERM waits for the clients.
    StopSignal: 'SIGQUIT',
    HostConfig: { NetworkMode: namesOf(instance.id).network, LogConfig: logConfig, ...poolerBounds },
  });
  await putFiles(host, id, {
    [poolerFiles.conf]: conf,
    [poolerFiles.users]: poolerUsers(secrets),
    [poolerFiles.hba]: poolerHba(null),
  });
  await startContainer(host, id);
  await waitForPooler(app, { host, instance }, secrets, signal);
  if (known && fits) await reload(app, { host, instance }, signal);
}

/** What PgBouncer knows of passwords, while it runs or not: the password of the row, and who needs none. */
export async function tellPooler(
  app: Secrets,
  place: Place,
  changed: { password?: true; trusted?: string | null },
  signal: AbortSignal,
): Promise<void> {
  const { host, instance } = place;
  if (poolerOf(instance) === null) return;
  const known = await findContainer(host, namesOf(instance.id).pooler);
  if (!known) return;
  const secrets = await openSecrets(app.secrets, instance);
  await putFiles(host, known.Id, {
    ...(changed.password ? { [poolerFiles.users]: poolerUsers(secrets) } : {}),
    ...(changed.trusted === undefined ? {} : { [poolerFiles.hba]: poolerHba(changed.trusted) }),
  });
  if (known.State.Running) await reload(app, place, signal);
}

export async function removePooler(host: RemoteHost, instanceId: Instance['id']): Promise<void> {
  const known = await findContainer(host, namesOf(instanceId).pooler);
  if (!known) return;
  await stopContainer(host, known.Id, 5);
  await removeContainer(host, known.Id);
}
