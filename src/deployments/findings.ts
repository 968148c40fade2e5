import { OdooFindings } from '../addons/index.ts';
import { contentsShape } from '../deployed-code/index.ts';
import { findContainer, namesOf, type Site, waitForOdoo } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { containerLogs } from '../remote/index.ts';
import { type Context, deploymentOf, updateDeployment } from './context.ts';
import { findingsOf } from './rows.ts';
import type { Finding } from './shapes.ts';

const mostFindings = 50;
const lastLines = 2000;
/** Code that cannot be loaded responds with errors from its first request on. */
const failingMs = 20_000;
const healthMs = 300_000;

/** A reader of Odoo's log that knows the modules of the deployment. */
export async function findingsReader({ app, input }: Context): Promise<OdooFindings> {
  const contents = await app.db.prisma.deploymentContents.findUnique({ where: { deploymentId: input.deploymentId } });
  return new OdooFindings(new Set(contentsShape.parse(contents?.modules ?? []).map(({ name }) => name)));
}

/** Adds to what the deployment is known to have found. */
export async function keepFindings(context: Context, found: readonly Finding[]): Promise<void> {
  const known = findingsOf(await deploymentOf(context));
  const texts = new Set(known.map((finding) => JSON.stringify(finding)));
  const added = found.filter((finding) => !texts.has(JSON.stringify(finding)));
  await updateDeployment(context, { findings: [...added, ...known].slice(0, mostFindings) });
}

/** The first error, as one sentence; undefined without one. */
export function rootCause(found: readonly Finding[]): string | undefined {
  const first = found.find(({ severity }) => severity === 'error');
  if (!first) return undefined;
  const { message, file, line } = first;
  return `${message}${file === null ? '' : ` (${file}${line === null ? '' : `, line ${line}`})`}`;
}

/** What the log of a container says; nothing of one that is gone. */
async function findingsIn(context: Context, { host }: Site, container: string): Promise<readonly Finding[]> {
  const reader = await findingsReader(context);
  const known = await findContainer(host, container);
  if (known)
    for await (const { line } of containerLogs(host.docker, known.Id, { follow: false, tail: lastLines }))
      reader.add(line);
  return reader.all();
}

/** Waits for Odoo; of one that does not become healthy, its log says why. */
export async function requireHealthy(
  context: Context,
  site: Site,
  ports: { httpPort: number | null; longpollingPort: number | null },
  container = namesOf(site.instance.id).odoo,
): Promise<string> {
  const { host, instance } = site;
  try {
    const options = { container, failingMs };
    return await waitForOdoo(host, { id: instance.id, ...ports }, context.signal, healthMs, options);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const found = await findingsIn(context, site, container);
    await keepFindings(context, found);
    const cause = rootCause(found);
    throw cause === undefined ? error : new StepError(error.code, `${cause}. ${error.message}`, error.hint);
  }
}
