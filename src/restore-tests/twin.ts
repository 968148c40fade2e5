import type { RestoreTest } from '../../prisma/generated/client/client.ts';
import { z } from 'zod';
import { found } from '../errors.ts';
import { addonsShape, type Site } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { attemptHost } from '../servers/index.ts';
import { type Manifest, manifestShape } from '../snapshots/index.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect' | 'state'>;

const codeShape = z.object({ addons: addonsShape.nullable(), builtImage: z.string().nullable() });
/** Of the operation's state: the code that its first step has brought. */
export const codeKey = 'code';
const codeIn = ({ state }: Pick<Context, 'state'>) =>
  codeShape.safeParse(state[codeKey]).data ?? { addons: null, builtImage: null };

export interface Twin extends Site {
  test: RestoreTest;
  manifest: Manifest;
}

/**
 * What the backup is restored into: a copy of the instance's row that stands in no table. Its id is that of the test, so
 * that nothing of it can be taken for the instance, or touch it. It has passwords of its own, no ports, no environment
 * variables, no scheduled actions, and the image and the code of the backup.
 */
export async function twinOf(context: Context): Promise<Twin> {
  const { app, operation } = context;
  const { resourceId: id, orgId } = operation;
  const test = found(await app.db.prisma.restoreTest.findFirst({ where: { id, orgId } }), 'restore test', id);
  const { backupId, instanceId, serverId } = test;
  const backup = await app.db.prisma.backup.findFirst({ where: { id: backupId, orgId } });
  const manifest = manifestShape.parse(found(backup, 'backup', backupId).manifest);
  const row = await app.db.prisma.instance.findFirst({ where: { id: instanceId, orgId } });
  const instance = found(row, 'instance', instanceId);
  const server = found(await app.db.prisma.server.findFirst({ where: { id: serverId, orgId } }), 'server', serverId);
  return {
    test,
    manifest,
    host: await attemptHost(context, serverId),
    sizing: { cpuCores: server.cpuCores ?? 1, ramTotalBytes: Number(server.ramTotalBytes ?? 2n * 1024n ** 3n) },
    instance: {
      ...instance,
      id: test.id,
      serverId,
      provisionedBy: operation.id,
      secretsEnc: test.secretsEnc ?? '',
      adminPasswordEnc: null,
      envVars: {},
      ...codeIn(context),
      image: manifest.image,
      odooVersion: manifest.odooVersion,
      workers: 0,
      maxCronThreads: 0,
      // Its database is its own, and nothing stands between that and its Odoo.
      databaseVolume: null,
      replicaHost: null,
      databasePooler: null,
      databaseTrust: null,
      cpuLimit: null,
      memoryLimit: null,
      databaseCpuLimit: null,
      databaseMemoryLimit: null,
      httpPort: null,
      longpollingPort: null,
    },
  };
}
