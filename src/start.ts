import { type EmbeddedDatabase, startEmbedded } from '../prisma/embedded.ts';
import { migrate } from './database/migrate.ts';
import { restRouter } from '../rest/router.ts';
import { announceSetup, startAccountRequests } from './accounts/index.ts';
import type { App } from './app.ts';
import { startForwarding } from './audit/forward/forward.ts';
import { startAuditKeeper } from './audit/keeper.ts';
import { Marks } from './audit/marks.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database/database.ts';
import { EventHub } from './events/hub.ts';
import { startGateway } from './gateway/server.ts';
import { AccessTokens, SigningKeys, startSweeping } from './identity/index.ts';
import { OperationQueue } from './operations/queue.ts';
import { startQueue } from './operations/start-queue.ts';
import { startWorker } from './operations/worker.ts';
import { features, kinds } from './features.ts';
import { Holdings } from './feature/holdings.ts';
import { requireFree } from './listening.ts';
import { makeLog } from './log.ts';
import { Limits } from './limits/index.ts';
import { startRetention } from './orgs/index.ts';
import { DatabaseWatch } from './instance-databases/index.ts';
import { InstanceWatch } from './instances/index.ts';
import { ArchiveWatch, startArchiving } from './pitr/index.ts';
import { ReplicaWatch } from './replicas/index.ts';
import { startMailPump } from './mail/index.ts';
import { startBackupSchedules } from './backup-schedules/index.ts';
import { Destinations, RemotePool } from './remote/index.ts';
import { SecretBox } from './secrets/box.ts';
import { LiveSettings } from './settings/index.ts';
import { KeyRing } from './secrets/key-ring.ts';
import { MasterKeys } from './secrets/master-keys.ts';
import { ServerMonitor } from './servers/index.ts';
import { startDeployments } from './deployments/index.ts';
import { startPushes } from './repositories/index.ts';
import { startRestoreTests } from './restore-tests/index.ts';
import { startSystemBackups } from './system-backups/index.ts';
import { startTransferSweeping } from './transfers/index.ts';
import { startWebhooks } from './webhooks/index.ts';

export interface Running {
  /** Where the gateway listens; null for a worker. */
  url: string | null;
  databaseUrl: string;
  stop(): Promise<void>;
}

const toStdout = (text: string): void => {
  process.stdout.write(text);
};

/**
 * The composition root: makes everything once, in order, and gives the way to end it in the reverse order. `print` takes
 * the lines of the log, and the e-mails where there is no mail server.
 */
export async function start(config: Config, print = toStdout): Promise<Running> {
  const log = makeLog(config, print);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.reverse())
      await end().catch((error: unknown) => log.warn({ err: error }, 'A part did not stop cleanly'));
    stops.length = 0;
  };
  try {
    // A port that is taken is said before anything is started for it.
    if (config.OCORE_ROLE !== 'worker') await requireFree(config);
    let embedded: EmbeddedDatabase | undefined;
    if (!config.DATABASE_URL) {
      embedded = await startEmbedded(config.DATA_DIR);
      stops.push(embedded.stop);
      log.info({ dataDir: config.DATA_DIR }, 'The embedded PostgreSQL is running');
    }
    const databaseUrl = config.DATABASE_URL ?? embedded?.url ?? '';
    const applied = await migrate(databaseUrl);
    if (applied.length > 0) log.info({ applied }, 'Migrations were applied');

    // A worker that sleeps in a transaction holds rows that the next worker needs; a gateway holds none for long.
    const idleSeconds = config.OCORE_ROLE === 'gateway' ? undefined : config.OPERATION_LEASE;
    const onLost = (error: Error): void => log.warn({ err: error }, 'A database connection was lost');
    const marks = new Marks(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS);
    const db = openDatabase(databaseUrl, config.DB_POOL_MAX_CONNS, onLost, idleSeconds, marks.setting);
    stops.push(db.close);
    const events = new EventHub(databaseUrl, log);
    await events.start();
    stops.push(() => events.close());
    const keys = await KeyRing.load(
      db.pool,
      new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS),
    );
    const stopKeys = keys.watch(events, log);
    stops.push(async () => stopKeys());
    const isWorker = config.OCORE_ROLE !== 'gateway';
    const boss = await startQueue(databaseUrl, log, isWorker);
    stops.push(() => boss.stop({ graceful: false }));
    const settings = await LiveSettings.load({ config, prisma: db.prisma });
    const stopSettings = settings.watch(events, log);
    stops.push(async () => stopSettings());
    const destinations = new Destinations({
      denied: config.SERVER_NETWORKS_DENIED,
      allowed: config.SERVER_NETWORKS_ALLOWED,
    });
    settings.follow(({ sshNetworks }) => destinations.restrictTo(sshNetworks));
    const remote = new RemotePool({ destinations, connectTimeoutMs: config.SSH_CONNECT_TIMEOUT * 1000 });
    stops.push(() => remote.close());

    const limits = new Limits(config, db.pool, log);
    const app: App = {
      config,
      log,
      print,
      db,
      events,
      limits,
      settings,
      remote,
      secrets: new SecretBox(keys),
      marks,
      queue: new OperationQueue(boss),
      kinds,
      holdings: new Holdings(features),
    };
    if (isWorker) {
      const worker = await startWorker(app, kinds);
      stops.push(() => worker.stop());
      const accountRequests = startAccountRequests(app);
      stops.push(() => accountRequests.stop());
      const sweeping = startSweeping(app);
      stops.push(() => sweeping.stop());
      const mailPump = startMailPump(app);
      stops.push(() => mailPump.stop());
      const schedules = startBackupSchedules(app);
      stops.push(() => schedules.stop());
      const webhooks = startWebhooks(app);
      stops.push(() => webhooks.stop());
      const monitor = new ServerMonitor(app, databaseUrl, [
        new InstanceWatch(app),
        new DatabaseWatch(app),
        new ReplicaWatch(app),
        new ArchiveWatch(app),
      ]);
      monitor.start();
      stops.push(() => monitor.stop());
      const archiving = startArchiving(app);
      stops.push(() => archiving.stop());
      const forwarding = startForwarding(app);
      stops.push(() => forwarding.stop());
      const auditKeeper = startAuditKeeper(app);
      stops.push(() => auditKeeper.stop());
      const retention = startRetention(app);
      stops.push(() => retention.stop());
      const transfers = startTransferSweeping(app);
      stops.push(() => transfers.stop());
      const pushes = startPushes(app);
      stops.push(() => pushes.stop());
      const deployments = startDeployments(app);
      stops.push(() => deployments.stop());
      const backups = startSystemBackups(app, databaseUrl);
      if (backups) stops.push(() => backups.stop());
      const restoreTests = startRestoreTests(app);
      stops.push(() => restoreTests.stop());
      log.info('The worker is ready');
    }
    let url: string | null = null;
    if (config.OCORE_ROLE !== 'worker') {
      const signingKeys = await SigningKeys.load(db.prisma, app.secrets);
      signingKeys.follow(events);
      const tokens = new AccessTokens(signingKeys, config.JWT_ACCESS_EXPIRY);
      limits.start();
      stops.push(() => limits.stop());
      const gateway = await startGateway(app, tokens, restRouter);
      stops.push(() => gateway.stop());
      url = gateway.url;
      await announceSetup(app);
      log.info({ url }, 'oCore is ready');
    }
    return { url, databaseUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
