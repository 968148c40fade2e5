/** The names and labels of what an instance has on its server. All come from its id, never from what users typed. */
export function namesOf(instanceId: string) {
  const prefix = `ocore-${instanceId}`;
  return {
    network: prefix,
    database: `${prefix}-db`,
    odoo: `${prefix}-odoo`,
    previous: `${prefix}-odoo-previous`,
    initialise: `${prefix}-init`,
    databaseVolume: `${prefix}-db`,
    filestoreVolume: `${prefix}-filestore`,
  };
}

export const instanceLabel = 'sh.ocore.instance';

export function labelsOf(instance: { id: string; orgId: string }, part: string): Record<string, string> {
  return { [instanceLabel]: instance.id, 'sh.ocore.org': instance.orgId, 'sh.ocore.part': part };
}

/** The PostgreSQL names inside an instance's own server. */
export const databaseRole = 'odoo';
export const databaseName = (slug: string): string => slug.replaceAll('-', '_');
