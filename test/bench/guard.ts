import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { z } from 'zod';
import { Ocore, wideLimits } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { startChild } from './child.ts';
import { listFields } from './requests.ts';

const rounds = 6;
const requestsARound = 1000;

/** The CPU time that a process has used: unlike a rate it does not change with what else the machine does. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // In hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What limits, guard and security headers cost the authenticated list, against the same gateway without them. */
export async function guard(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  const owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 20);
  const started = z.object({ url: z.string() });
  // A quota of which each request is worth telling, so that the exchange with the database is in the picture.
  const env = {
    ...wideLimits,
    RATE_LIMIT_ACCOUNT: '1000000',
    DATABASE_URL: ocore.running.databaseUrl,
    ENVIRONMENT: 'test',
    OCORE_ROLE: 'gateway',
    PORT: '0',
    DATA_DIR: ocore.dir,
    LOG_LEVEL: 'info',
  };
  const gateway = (script: string) => startChild(script, env, (line) => started.safeParse(JSON.parse(line)).data?.url);
  const [guarded, bare] = [await gateway('src/main.ts'), await gateway('test/bench/unguarded.ts')];
  const headers = {
    authorization: `Bearer ${owner.token ?? ''}`,
    'x-org-slug': owner.org ?? '',
    'content-type': 'application/json',
  };
  const body = JSON.stringify({
    query: `{ instances(first: 20) { nodes { ${listFields} } pageInfo { hasNextPage endCursor } } }`,
  });
  const kinds = new Map<string, (url: string) => autocannon.Options>([
    ['REST', (url) => ({ url: `${url}/api/instances?limit=20`, headers })],
    ['GraphQL', (url) => ({ url: `${url}/graphql`, method: 'POST', headers, body })],
  ]);
  try {
    for (const [kind, optionsOf] of kinds) {
      const spent = new Map([
        [guarded, { ms: 0, requests: 0 }],
        [bare, { ms: 0, requests: 0 }],
      ]);
      // In turns, so that a busy moment of the machine meets both; the first of each warms up.
      for (let round = 0; round <= rounds; round += 1) {
        for (const [{ found, process }, sum] of spent) {
          const before = cpuMs(process.pid ?? 0);
          const result = await autocannon({ ...optionsOf(found), connections: 16, amount: requestsARound });
          if (result.non2xx > 0 || result.errors > 0)
            throw new Error(`${result.non2xx} answers were not 200, ${result.errors} failed`);
          if (round === 0) continue;
          sum.ms += cpuMs(process.pid ?? 0) - before;
          sum.requests += requestsARound;
        }
      }
      const [withThem = 1, without = 0] = [...spent.values()].map(({ ms, requests }) => ms / requests);
      say(
        `${kind} with limits and guard ${withThem.toFixed(3)} ms of CPU a request, without ${without.toFixed(3)} ms  ${(without / withThem).toFixed(2)}x  (goal >= 0.95x)`,
      );
    }
  } finally {
    await guarded.stop();
    await bare.stop();
    await ocore.stop();
  }
}
