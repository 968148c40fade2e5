import { builder } from './builder.ts';
import { Edition } from './instance.ts';

const LogLevel = builder.enumType('OdooLogLevel', {
  description: 'The log level of Odoo.',
  values: {
    debug: { description: 'Everything.' },
    info: { description: 'Informational messages and above.' },
    warn: { description: 'Warnings and above.' },
    error: { description: 'Errors and above.' },
    critical: { description: 'Critical errors only.' },
  } as const,
});

const needsCode =
  'Needs the permission `manage:instance_code`, because code in the container can read all its files, including passwords.';

const limits = {
  cpuLimit: 'The CPU cores that Odoo’s container may use, 0.1 to all of the server’s. Default: three quarters of them.',
  memoryLimit:
    'The memory of Odoo’s container, 256 MiB to all of the server’s. Default: chosen by its workers and the server.',
  processLimit: 'The processes and threads that Odoo’s container may have, 64 to 32768. Default: 1024.',
  databaseCpuLimit: 'The CPU cores that PostgreSQL’s container may use. Default: half of the server’s.',
  databaseMemoryLimit:
    'The memory of PostgreSQL’s container, from 256 MiB; its shared buffers are a quarter of it. Default: a fifth of the server’s.',
  databaseProcessLimit: 'The processes that PostgreSQL’s container may have, 64 to 32768. Default: 512.',
};

const EnvVarInput = builder.inputType('EnvVarInput', {
  description: 'One environment variable of Odoo’s container.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Letters, digits and underscores. Names that control which code runs, or where Odoo finds its ' +
        'configuration and database, are refused: `PYTHON*`, `LD_*`, `PATH`, `HOME`, `ODOO_RC`, `DB_*`, `PG*` and others.',
    }),
    value: t.string({ required: true, description: 'Up to 32 KiB; stored encrypted.' }),
  }),
});

export const pullImage =
  'Whether to pull although the server has an image of this name: a tag may mean a newer image by now. Default: false.';

export const CreateInstanceInput = builder.inputType('CreateInstanceInput', {
  description: 'A new Odoo instance.',
  fields: (t) => ({
    name: t.string({ required: true, description: '3 to 64 characters.' }),
    slug: t.string({
      description:
        '3 to 50 lower-case letters, digits and hyphens, unique in the organization. Default: derived from the name.',
    }),
    serverId: t.id({ required: true, description: 'An active server.' }),
    environmentId: t.id({ required: true, description: 'The environment that it belongs to.' }),
    odooVersion: t.string({ description: 'An Odoo release. Default: that of the project.' }),
    edition: t.field({ type: Edition, description: 'Default: community. Enterprise needs a custom image.' }),
    image: t.string({ description: `A custom image that is compatible with the public one. ${needsCode}` }),
    pullImage: t.boolean({ description: pullImage }),
    workers: t.int({
      description: 'The number of worker processes, 0 to 64. Default: chosen by the size of the server.',
    }),
    limitMemorySoft: t.field({ type: 'ByteSize', description: 'Default: 2048 MiB.' }),
    limitMemoryHard: t.field({ type: 'ByteSize', description: 'Default: 2560 MiB.' }),
    limitTimeCpu: t.int({ description: 'Seconds, 10 to 86400. Default: 600.' }),
    limitTimeReal: t.int({ description: 'Seconds, 10 to 86400. Default: 1200.' }),
    maxCronThreads: t.int({ description: '0 to 16. Default: 1.' }),
    logLevel: t.field({ type: LogLevel, description: 'Default: info.' }),
    language: t.string({ description: 'A code of `odooLanguages`, such as fr_FR. Default: en_US.' }),
    country: t.string({
      description:
        'A code of `odooCountries`, such as BE. It sets the country and currency of the company before modules are installed.',
    }),
    demo: t.boolean({ description: 'Whether to install demo data. Default: false.' }),
    modules: t.stringList({ description: 'Technical names of modules to install.' }),
    adminEmail: t.string({ required: true, description: 'The login of Odoo’s first administrator.' }),
    envVars: t.field({ type: [EnvVarInput], description: `Environment variables of Odoo’s container. ${needsCode}` }),
    cpuLimit: t.float({ description: limits.cpuLimit }),
    memoryLimit: t.field({ type: 'ByteSize', description: limits.memoryLimit }),
    processLimit: t.int({ description: limits.processLimit }),
    databaseCpuLimit: t.float({ description: limits.databaseCpuLimit }),
    databaseMemoryLimit: t.field({ type: 'ByteSize', description: limits.databaseMemoryLimit }),
    databaseProcessLimit: t.int({ description: limits.databaseProcessLimit }),
    deletionProtected: t.boolean({
      description:
        'Whether deleting it requires its name as confirmation. Default: true in production, where deleting requires it in any case.',
    }),
  }),
});
type InputFields = Parameters<NonNullable<Parameters<typeof builder.inputType>[1]>['fields']>[0];
const settings = (t: InputFields) => ({
  pullImage: t.boolean({ description: pullImage }),
  workers: t.int({
    description: 'The number of worker processes, 0 to 64; null = chosen by the size of the server.',
  }),
  limitMemorySoft: t.field({
    type: 'ByteSize',
    description: 'A worker that exceeds this is recycled after its request.',
  }),
  limitMemoryHard: t.field({ type: 'ByteSize', description: 'A worker that exceeds this is killed at once.' }),
  limitTimeCpu: t.int({ description: 'The CPU time limit of a request, in seconds.' }),
  limitTimeReal: t.int({ description: 'The time limit of a request, in seconds.' }),
  maxCronThreads: t.int({ description: 'The number of threads for scheduled actions.' }),
  logLevel: t.field({ type: LogLevel, description: 'The log level of Odoo.' }),
  envVars: t.field({
    type: [EnvVarInput],
    description: `All environment variables; variables that are not listed are removed. ${needsCode}`,
  }),
  cpuLimit: t.float({ description: limits.cpuLimit }),
  memoryLimit: t.field({ type: 'ByteSize', description: limits.memoryLimit }),
  processLimit: t.int({ description: limits.processLimit }),
  databaseCpuLimit: t.float({ description: limits.databaseCpuLimit }),
  databaseMemoryLimit: t.field({ type: 'ByteSize', description: limits.databaseMemoryLimit }),
  databaseProcessLimit: t.int({ description: limits.databaseProcessLimit }),
});

const untilProvisioned = 'Can be changed until the instance has been provisioned.';

export const UpdateInstanceInput = builder.inputType('UpdateInstanceInput', {
  description:
    'The changes, at least one. Absent fields keep their value; a null limit of a container is its default. The name and the protection change at once, in any status. Settings recreate the container of an instance that runs; of one that is failed or stopped, they are saved for its next start. What the database is created with can be corrected until the instance has been provisioned; the image as long as it does not run.',
  fields: (t) => ({
    name: t.string({ description: 'A new name, 3 to 64 characters. The slug stays.' }),
    deletionProtected: t.boolean({
      description: 'Whether deleting it requires its name as confirmation; in production it is required in any case.',
    }),
    ...settings(t),
    odooVersion: t.string({ description: `An Odoo release. ${untilProvisioned}` }),
    edition: t.field({ type: Edition, description: `The edition. ${untilProvisioned}` }),
    image: t.string({
      description: `The image; null = the public one. Of an instance that is failed or stopped; one that was provisioned needs an image of the same release. ${needsCode}`,
    }),
    language: t.string({ description: `A code of \`odooLanguages\`. ${untilProvisioned}` }),
    country: t.string({ description: `A code of \`odooCountries\`; null = none. ${untilProvisioned}` }),
    demo: t.boolean({ description: `Whether to install demo data. ${untilProvisioned}` }),
    modules: t.stringList({ description: `Technical names of all modules to install. ${untilProvisioned}` }),
    adminEmail: t.string({ description: `The login of Odoo’s first administrator. ${untilProvisioned}` }),
  }),
});
export const ConfigureInstanceInput = builder.inputType('ConfigureInstanceInput', {
  description: 'The changes. Absent fields keep their value; a null limit of a container is its default.',
  fields: settings,
});

/** The API has a list of pairs, which a schema can describe; the service takes a record. */
export function withEnvRecord<T extends { envVars?: readonly { name: string; value: string }[] | null | undefined }>(
  input: T,
) {
  const { envVars, ...rest } = input;
  return {
    ...rest,
    ...(envVars ? { envVars: Object.fromEntries(envVars.map(({ name, value }) => [name, value])) } : {}),
  };
}
