import autocannon from 'autocannon';
import { z } from 'zod';
import { Ocore, wideLimits } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { startChild } from './child.ts';

export const listFields =
  'id name slug status statusMessage serverId environmentId odooVersion edition image httpPort url workers limitMemorySoft limitMemoryHard limitTimeCpu limitTimeReal maxCronThreads logLevel cpuLimit memoryLimit processLimit databaseCpuLimit databaseMemoryLimit databaseProcessLimit language country demo modules adminEmail envVarNames deletionProtected lastSeenAt createdAt updatedAt';

const rounds = 6;
const secondsARound = 3;

/** Requests per second of each, in turns, so that a busy moment of the machine meets all; the first of each warms up. */
async function perSecond(...all: readonly autocannon.Options[]): Promise<number[]> {
  const sums = all.map(() => 0);
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, options] of all.entries()) {
      const result = await autocannon({ ...options, connections: 16, duration: secondsARound });
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${result.non2xx} answers were not 200, ${result.errors} failed`);
      if (round > 0) sums[index] = (sums[index] ?? 0) + result.requests.average;
    }
  return sums.map((sum) => sum / rounds);
}

/** An authenticated list of 20 instances, against a bare Node http + pg server with the same rows. */
export async function requests(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  const owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 20);
  const [org] = await ocore.sql<{ id: string }>('SELECT id FROM organizations WHERE slug = $1', [owner.org]);
  await ocore.sql('ANALYZE');
  const database = { DATABASE_URL: ocore.running.databaseUrl };
  const plain = await startChild('test/bench/plain-server.ts', { ...database, ORG_ID: org?.id ?? '' }, (line) => line);
  const started = z.object({ url: z.string() });
  const gateway = await startChild(
    'src/main.ts',
    {
      ...database,
      ...wideLimits,
      ENVIRONMENT: 'test',
      OCORE_ROLE: 'gateway',
      PORT: '0',
      DATA_DIR: ocore.dir,
      LOG_LEVEL: 'info',
    },
    (line) => started.safeParse(JSON.parse(line)).data?.url,
  );
  try {
    const headers = {
      authorization: `Bearer ${owner.token ?? ''}`,
      'x-org-slug': owner.org ?? '',
      'content-type': 'application/json',
    };
    const [baseline = 0, rest = 0, graphql = 0] = await perSecond(
      { url: `http://127.0.0.1:${plain.found}/` },
      { url: `${gateway.found}/api/instances?limit=20`, headers },
      {
        url: `${gateway.found}/graphql`,
        method: 'POST',
        headers,
        body: JSON.stringify({
          query: `{ instances(first: 20) { nodes { ${listFields} } pageInfo { hasNextPage endCursor } } }`,
        }),
      },
    );
    say(
      `list of 20 instances: bare http + pg ${baseline.toFixed(0)}/s, REST ${rest.toFixed(0)}/s, GraphQL ${graphql.toFixed(0)}/s`,
    );
    say(`REST / bare     ${(rest / baseline).toFixed(2)}x   (goal >= 0.40x)`);
    say(`GraphQL / bare  ${(graphql / baseline).toFixed(2)}x   (goal >= 0.30x)`);
  } finally {
    await plain.stop();
    await gateway.stop();
    await ocore.stop();
  }
}
