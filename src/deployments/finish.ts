import type { Site } from '../instances/index.ts';
import { keepReplaced, type Parts } from '../restores/index.ts';
import type { Context } from './context.ts';
import { markUp } from './downtime.ts';
import { requireHealthy } from './findings.ts';
import { removeOlder } from './left-over.ts';
import { portsIn, removeOld } from './switch.ts';

/** Waits until the new version serves. */
export async function becomeHealthy(context: Context, site: Site): Promise<string> {
  const { instance } = site;
  const ports = portsIn(context);
  const message = await requireHealthy(context, site, {
    httpPort: ports?.http ?? instance.httpPort,
    longpollingPort: ports?.longpolling ?? null,
  });
  await markUp(context);
  return message;
}

/** The new version stays: from here on, nothing goes back any more. */
export async function finish(context: Context, site: Site, parts: Parts): Promise<undefined> {
  await keepReplaced(context, site, parts, 'running');
  await removeOld(context, site);
  await removeOlder(context, site);
}
