import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { FleetServer } from '../fleet/fleet.ts';
import type { Answer, Client } from '../kit/client.ts';

const run = promisify(execFile);

/** Runs a program in a container of an instance; gives what it writes. */
export async function inContainer(
  server: FleetServer,
  container: string,
  argv: readonly string[],
  options: { user?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { stdout } = await run(
    'docker',
    [
      '-H',
      `unix://${server.engine.socket}`,
      'exec',
      ...(options.user ? ['-u', options.user] : []),
      ...Object.entries(options.env ?? {}).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      container,
      ...argv,
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout.trim();
}

/** Copies a file from or to a container, as `docker cp` does. */
export async function copy(server: FleetServer, from: string, to: string): Promise<void> {
  await run('docker', ['-H', `unix://${server.engine.socket}`, 'cp', from, to]);
}

export const succeeded = async (owner: Client, answer: Answer): Promise<Answer> => {
  if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  const last = await owner.finished(answer.text('operationId'));
  if (last.at('data.operationUpdated.status') !== 'succeeded')
    throw new Error(
      `${JSON.stringify(last.body)} ${JSON.stringify((await owner.get(`/operations/${answer.text('operationId')}/logs`)).body)}`,
    );
  return answer;
};

/** Odoo's own API, as its administrator: what a user of the instance writes and reads. */
export class OdooUser {
  readonly #url: string;
  readonly #database: string;
  readonly #login: string;
  readonly #password: string;

  constructor(url: string, database: string, login: string, password: string) {
    this.#url = url;
    this.#database = database;
    this.#login = login;
    this.#password = password;
  }

  async #rpc(service: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const response = await fetch(`${this.#url}/jsonrpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', method: 'call', params: { service, method, args } }),
    });
    const body = z
      .object({ result: z.unknown(), error: z.unknown() })
      .partial()
      .parse(await response.json());
    if (body.error) throw new Error(JSON.stringify(body.error).slice(0, 2000));
    return body.result;
  }

  async call(model: string, method: string, args: readonly unknown[], named: object = {}): Promise<unknown> {
    const uid = await this.#rpc('common', 'login', [this.#database, this.#login, this.#password]);
    return this.#rpc('object', 'execute_kw', [this.#database, uid, this.#password, model, method, args, named]);
  }

  create(model: string, values: object): Promise<number> {
    return this.call(model, 'create', [values]).then((id) => z.number().parse(id));
  }

  /** The names of the customers that begin so. */
  async customers(prefix: string): Promise<string[]> {
    const rows = await this.call('res.partner', 'search_read', [[['name', '=like', `${prefix}%`]]], {
      fields: ['name'],
    });
    return z
      .array(z.object({ name: z.string() }))
      .parse(rows)
      .map(({ name }) => name)
      .sort();
  }

  /** The content of an attachment by its name, read from the filestore; undefined where there is none. */
  async attachment(name: string): Promise<Buffer | undefined> {
    const rows = await this.call('ir.attachment', 'search_read', [[['name', '=', name]]], { fields: ['datas'] });
    const [found] = z.array(z.object({ datas: z.union([z.string(), z.literal(false)]) })).parse(rows);
    return found && typeof found.datas === 'string' ? Buffer.from(found.datas, 'base64') : undefined;
  }
}
