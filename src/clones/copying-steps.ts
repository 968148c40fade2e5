import { carryCode, removeOtherCode } from '../deployed-code/index.ts';
import { type Site, siteOf } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { keepReplaced, replacementNames, switchData } from '../restores/index.ts';
import { anonymise } from './anonymise.ts';
import type { Copy } from './fields.ts';
import { ensureMailCatcher, mailCatcherHost, removeMailCatcher } from './mail-catcher.ts';
import { neutralise, type Neutralisation, noMailHost, verifyNeutral } from './neutralise.ts';
import { deploymentIn, forgetCopy, loadCopy, partsOf, takeCopy } from './transport.ts';

type Context = StepContext<Copy>;

function neutralisationOf(context: Context, { instance }: Site, which: 'incoming' | 'serving'): Neutralisation {
  return {
    database: replacementNames(instance, context.operation.id)[which],
    mailHost: context.input.mailCatcher ? mailCatcherHost(instance.id) : noMailHost,
  };
}

/** From the snapshot to a neutral database in its place, over which no Odoo has run yet. */
export const copyingSteps = {
  snapshot: takeCopy,
  restore: async (context: Context): Promise<string> => {
    const site = await siteOf(context);
    const message = await loadCopy(context, site);
    await carryCode(context, site, deploymentIn(context));
    return message;
  },
  neutralise: async (context: Context): Promise<string> => {
    const site = await siteOf(context);
    const result = await neutralise(context, site, neutralisationOf(context, site, 'incoming'));
    await context.saveState({ neutralizedAt: new Date().toISOString() });
    return result;
  },
  anonymise: async (context: Context): Promise<string> => {
    const { anonymize } = context.input;
    if (anonymize === null) return 'Not asked for';
    const site = await siteOf(context);
    return anonymise(context, site, neutralisationOf(context, site, 'incoming').database, anonymize);
  },
  mail: async (context: Context): Promise<string> => {
    const site = await siteOf(context);
    if (context.input.mailCatcher) return ensureMailCatcher(context, site);
    await removeMailCatcher(site);
    return 'Not asked for: e-mails go nowhere';
  },
  switch: async (context: Context): Promise<undefined> => {
    const site = await siteOf(context);
    if (context.state['replacing'] !== true) {
      // Anonymisation was the last that changed it.
      await verifyNeutral(context, site, neutralisationOf(context, site, 'incoming'));
      await context.saveState({ replacing: true });
    }
    await switchData(context, site, partsOf(context));
  },
};

/** The last look before Odoo starts for the first time: from then on, it changes its database itself. */
export async function requireNeutral(context: Context, site: Site): Promise<void> {
  if (context.state['started'] === true) return;
  await verifyNeutral(context, site, neutralisationOf(context, site, 'serving'));
  await context.saveState({ started: true });
}

export async function finishCopy(context: Context): Promise<undefined> {
  await keepReplaced(context, await siteOf(context), partsOf(context), 'running');
  await removeOtherCode(await siteOf(context));
  await forgetCopy(context);
}
