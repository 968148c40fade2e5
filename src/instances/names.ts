/** The names of what an instance has on its server. All come from its id, never from what users typed. */
export function namesOf(instanceId: string) {
  const prefix = `ocore-${instanceId}`;
  return {
    network: prefix,
    database: `${prefix}-db`,
    pooler: `${prefix}-pooler`,
    odoo: `${prefix}-odoo`,
    previous: `${prefix}-odoo-previous`,
    trial: `${prefix}-odoo-trial`,
    initialise: `${prefix}-init`,
    modules: `${prefix}-modules`,
    /** Of the images that are built for it, before the tag. */
    image: prefix,
    build: `${prefix}-build`,
  };
}

/**
 * The volumes carry the operation that made them: whoever removes what one attempt made cannot touch the data of a later
 * one. Instances that were made before that have names without it.
 */
export function volumesOf(instance: { id: string; provisionedBy: string | null; databaseVolume: string | null }) {
  const suffix = instance.provisionedBy === null ? '' : `-${instance.provisionedBy}`;
  const database = instance.databaseVolume ?? `ocore-${instance.id}-db${suffix}`;
  return { database, filestore: `ocore-${instance.id}-filestore${suffix}` };
}

export const instanceLabel = 'sh.ocore.instance';

/** The operation that made it. */
export const operationLabel = 'sh.ocore.operation';

/** Which of the instance's things it is. */
export const partLabel = 'sh.ocore.part';
/** The part of PgBouncer. */
export const poolerPart = 'pooler';
/** The part of what takes the e-mails of a copy. */
export const mailPart = 'mail';
/** What the database's container was limited to when it was made. */
export const limitsLabel = 'sh.ocore.limits';
/** What the container of PgBouncer was made of: its image, its configuration, its limits. */
export const madeOfLabel = 'sh.ocore.made-of';
/** Of a database's container that reads the configuration file of oCore. */
export const confLabel = 'sh.ocore.conf';

export function labelsOf(
  instance: { id: string; orgId: string },
  part: string,
  operationId: string,
): Record<string, string> {
  return {
    [instanceLabel]: instance.id,
    [operationLabel]: operationId,
    'sh.ocore.org': instance.orgId,
    [partLabel]: part,
  };
}

/** The PostgreSQL names inside an instance's own server. */
export const databaseRole = 'odoo';
export const databaseName = (slug: string): string => slug.replaceAll('-', '_');
