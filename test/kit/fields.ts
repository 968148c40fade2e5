import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { prepare, type PreparedRoute } from '../../rest/prepared.ts';
import { routes } from '../../rest/routes.ts';
import { schema } from '../../schema/index.ts';
import { rootFields, scopesOf } from '../../schema/deny-by-default.ts';

export type RootField = {
  type: string;
  name: string;
  field: GraphQLField<unknown, unknown>;
  scopes: Readonly<Record<string, unknown>>;
};

/** Every root field of the schema with the scopes that it declares. */
export const allFields: readonly RootField[] = rootFields(schema).map(({ type, field }) => ({
  type,
  name: `${type}.${field.name}`,
  field,
  scopes: scopesOf(field) ?? {},
}));

/** What ids stand for. A field or argument that none of these rows is about needs one here. */
const resources: readonly [RegExp, string][] = [
  // Of all that it can be, what every caller may see; test/access/node.test.ts has the rest.
  [/^Query\.node\.id$/, 'project'],
  [
    /^(Query|Mutation)\.admin\w*(User|Administrator)\w*\.id$|\.(userId|ownerUserId)$|\.adminResetSecondFactor\.id$/,
    'user',
  ],
  [/^(Query|Mutation)\.admin\w*Organization\w*\.id$|\.orgId$/, 'organization'],
  [/\.(after|afterEvent)$/, 'event'],
  [/\.assignmentId$/, 'assignment'],
  [/\.memberId$|^\w+\.(\w*[mM]ember\w*|assignRole|unassignRole)\.id$/, 'member'],
  [/\.roleId$|^\w+\.\w*[rR]ole\.id$/, 'role'],
  [/\.projectIds?$|^\w+\.\w*[pP]roject\.id$/, 'project'],
  [/\.environmentId$|^\w+\.\w*[eE]nvironment\.id$/, 'environment'],
  [/\.serverId$|^\w+\.\w*[sS]erver(Metrics?|MetricHistory|Updated|HostKey|Projects)?\.id$/, 'server'],
  [
    /\.(instanceId|targetInstanceId|resourceId)$|^\w+\.(\w*[iI]nstance(Logs|Updated)?|(reveal|reset)AdminPassword|beginImport)\.id$/,
    'instance',
  ],
  [/^\w+\.\w*[dD]atabase(?!s)\w*\.id$/, 'instance'],
  [/\.operationId$|^\w+\.(\w*[oO]peration(Logs|Updated)?|adminCancelJob|adminRetryJob)\.id$/, 'operation'],
  [/^\w+\.\w*Invitation\.id$/, 'invitation'],
  [/^\w+\.\w*InviteLink\.id$/, 'inviteLink'],
  [/^\w+\.\w*[aA]piKey\.id$/, 'apiKey'],
  [/\.replicaId$/, 'replica'],
  [/^\w+\.\w*[rR]egistry\.id$/, 'registry'],
  [/\.repositoryId$|^\w+\.\w*[rR]epository(SyncStatus|DeployKey|WebhookSecret|HostKey)?\.id$/, 'repository'],
  [/^\w+\.\w*[bB]ranchMapping\.id$/, 'branchMapping'],
  [/\.deploymentId$|^\w+\.\w*[dD]eployment(Updated)?\.id$/, 'deployment'],
  [/^Mutation\.rollbackEnvironment\.input\.snapshotId$/, 'backup'],
  [/^\w+\.(\w*[tT]ransfer(Content)?|continueUpload)\.id$/, 'transfer'],
  [/\.(destinationId|copyDestinationId)$|^\w+\.\w*[bB]ackupDestination\.id$/, 'backupDestination'],
  [/\.scheduleId$|^\w+\.(\w*[bB]ackupSchedule|backupRetentionPreview)\.id$/, 'backupSchedule'],
  [/^\w+\.\w*[bB]ackupAlert\.id$/, 'backupAlert'],
  [/\.(backupId|copyOfId)$|^\w+\.(\w*[bB]ackup(Updated)?|exportRepositoryKey)\.id$/, 'backup'],
  [
    /\.endpointId$|^\w+\.(\w*[wW]ebhookEndpoint|rotateWebhookSecret|replayFailedWebhookDeliveries)\.id$/,
    'webhookEndpoint',
  ],
  [/^\w+\.\w*[wW]ebhookDelivery\.id$/, 'webhookDelivery'],
  [/^\w+\.(caughtMail|deleteCaughtMails)\.id$/, 'caughtMail'],
  [/^\w+\.restoreTest\.id$/, 'restoreTest'],
  [/^\w+\.\w*Session\.id$/, 'session'],
  [/^\w+\.\w*Impersonation\.id$/, 'impersonation'],
  [/^\w+\.\w*Passkey\.id$/, 'passkey'],
  [/^\w+\.\w*SshKey\.id$/, 'sshKey'],
];

export type Ids = Readonly<Record<string, string>>;

export function resourceOf(place: string): string {
  const found = resources.find(([pattern]) => pattern.test(place));
  if (!found)
    throw new Error(
      `${place} takes an id, and test/kit/fields.ts does not know of what: add a row to its table \`resources\``,
    );
  return found[1];
}

/** Values that are good enough to get past the parsing; by the argument's name, else by its type. */
const texts: Readonly<Record<string, string>> = {
  email: 'somebody@example.com',
  adminEmail: 'somebody@example.com',
  password: 'correct horse 1',
  fingerprint: `SHA256:${'A'.repeat(43)}`,
  provider: 'github',
  host: '127.0.0.1',
  url: 'https://hooks.example.com/hook',
  repositoryUrl: 'https://git.example.com/acme/erp.git',
  branch: 'main',
  branchPattern: 'feature/*',
  cron: '0 2 * * *',
  timeZone: 'UTC',
  secretAccessKey: 'secret-of-a-bucket',
  'Mutation.createDatabaseUser.input.name': 'some_name',
  backendId: '1-1',
  secret: `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`,
};
const lists: Readonly<Record<string, unknown[]>> = {
  permissions: ['view:projects'],
  // Whoever may create an endpoint sees these.
  events: ['webhook_endpoint.*'],
};
/** Where the first one would not do: with code alone, a rollback needs no further permission. */
const enums: Readonly<Record<string, string>> = { RollbackMode: 'code_only' };
const scalars: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  ByteSize: 2 ** 31,
  DateTime: '2100-01-01T00:00:00Z',
  JSON: {},
};

function valueFor(type: GraphQLInputType, place: string, ids: Ids, wanted: string): unknown {
  if (isNonNullType(type)) return valueFor(type.ofType, place, ids, wanted);
  const name = place.slice(place.lastIndexOf('.') + 1);
  if (isListType(type)) return lists[name] ?? [valueFor(type.ofType, place, ids, wanted)];
  if (isInputObjectType(type)) {
    const all = type.getFields();
    const fields = Object.values(all).filter(
      (field) =>
        isNonNullType(field.type) ||
        isOnTheWay(`${place}.${field.name}`, wanted) ||
        // A role is given by its id or by its name: by the id here.
        (field.name === 'roleId' && 'role' in all) ||
        // A copy is a new instance of an environment, or replaces one.
        (field.name === 'environmentId' &&
          'targetInstanceId' in all &&
          !isOnTheWay(`${place}.targetInstanceId`, wanted)) ||
        // A rollback goes to a deployment, or to what served before a snapshot.
        (field.name === 'deploymentId' && 'snapshotId' in all && !isOnTheWay(`${place}.snapshotId`, wanted)) ||
        (field.name === 'mode' && 'createSafetySnapshot' in all) ||
        // A schedule has one of two forms.
        field.name === 'everyBackups',
    );
    return Object.fromEntries(
      fields.map((field) => [field.name, valueFor(field.type, `${place}.${field.name}`, ids, wanted)]),
    );
  }
  if (isEnumType(type)) return enums[type.name] ?? type.getValues()[0]?.name;
  if (type.name === 'ID') {
    const resource = resourceOf(place);
    const id = ids[place === wanted ? `foreign ${resource}` : resource];
    if (id === undefined)
      throw new Error(
        `${place} takes the id of a ${resource}, and the fixture has none: add it to test/kit/two-orgs.ts`,
      );
    return id;
  }
  if (type.name === 'String') return texts[place] ?? texts[name] ?? `some ${name}`;
  if (type.name in scalars) return scalars[type.name];
  throw new Error(
    `${place} takes a ${type.name}, and test/kit/fields.ts has no value for it: add one to its table \`scalars\``,
  );
}

export interface GraphqlRequest {
  query: string;
  variables: Record<string, unknown>;
}

const isOnTheWay = (place: string, wanted: string): boolean => wanted === place || wanted.startsWith(`${place}.`);

function selectionOf(type: GraphQLOutputType, depth = 2): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (!isObjectType(named)) return '{ __typename }';
  const parts = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some((arg) => isNonNullType(arg.type))) return [];
    if (!isCompositeType(getNamedType(field.type))) return [field.name];
    return depth > 0 && ['nodes', 'server', 'instance'].includes(field.name)
      ? [`${field.name} ${selectionOf(field.type, depth - 1)}`]
      : [];
  });
  return `{ __typename ${parts.join(' ')} }`;
}

function argumentsOf({ field, name }: RootField, wanted: string) {
  return field.args.filter((arg) => isNonNullType(arg.type) || isOnTheWay(`${name}.${arg.name}`, wanted));
}

/** The shortest valid request for a root field; with a `wanted` place also what leads there, with a foreign id in it. */
export function requestOf(root: RootField, ids: Ids, wanted = ''): GraphqlRequest {
  const { type, field, name } = root;
  const args = argumentsOf(root, wanted);
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  return {
    query: `${type.toLowerCase()} ${declared ? `(${declared})` : ''} { ${field.name}${given ? `(${given})` : ''} ${selectionOf(field.type)} }`,
    variables: Object.fromEntries(
      args.map((arg) => [arg.name, valueFor(arg.type, `${name}.${arg.name}`, ids, wanted)]),
    ),
  };
}

/** Every place of a root field where an id can be given, nested inputs included. */
export function idPlaces({ field, name }: RootField): string[] {
  const places = (type: GraphQLInputType, place: string): string[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((inner) => places(inner.type, `${place}.${inner.name}`));
    return named.name === 'ID' ? [place] : [];
  };
  return field.args.flatMap((arg) => places(arg.type, `${name}.${arg.name}`));
}

export interface RestRequest {
  method: string;
  path: string;
  body: unknown;
  /** What a file is sent with. */
  headers?: Record<string, string>;
}

export type RestRoute = PreparedRoute & { root: RootField; name: string };

/** Every REST route with the root field that it runs. */
export const allRoutes: readonly RestRoute[] = routes.map((route) => {
  const prepared = prepare(schema, route);
  const root = allFields.find(
    ({ type, field }) =>
      type === (/^\s*mutation/.test(route.document) ? 'Mutation' : 'Query') && field.name === prepared.rootField,
  );
  if (!root) throw new Error(`${route.path} runs no root field`);
  return { ...prepared, root, name: `${route.method.toUpperCase()} ${route.path}` };
});

/** The same as `requestOf`, as the route has it; undefined where the route cannot carry what is wanted. */
export function restRequestOf(prepared: RestRoute, ids: Ids, wanted = ''): RestRequest | undefined {
  const { route, root } = prepared;
  const variables = new Map(
    [...prepared.variables.keys()].map((variable) => [prepared.argumentNames.get(variable) ?? variable, variable]),
  );
  let path = route.path;
  const query = new URLSearchParams();
  const fields: Record<string, unknown> = {};
  let body: unknown;
  for (const arg of argumentsOf(root, wanted)) {
    const variable = variables.get(arg.name);
    const place = `${root.name}.${arg.name}`;
    if (variable === undefined) {
      if (isOnTheWay(place, wanted)) return undefined;
      continue;
    }
    const value = valueFor(arg.type, place, ids, wanted);
    if (prepared.pathParameters.includes(variable))
      path = path.replace(`{${variable}}`, encodeURIComponent(String(value)));
    else if (variable === 'input') body = value;
    else if (route.body?.includes(variable)) fields[variable] = value;
    else query.set(prepared.queryName(variable), String(value));
  }
  if (Object.keys(fields).length > 0) body = fields;
  const headers: Record<string, string> =
    route.answer.as === 'upload' ? { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' } : {};
  const search = query.toString();
  return { method: route.method.toUpperCase(), path: `/api${path}${search ? `?${search}` : ''}`, body, headers };
}
