import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { SecretBox } from '../../src/secrets/box.ts';
import { KeyRing } from '../../src/secrets/key-ring.ts';
import { MasterKeys } from '../../src/secrets/master-keys.ts';
import { type Running, start } from '../../src/start.ts';
import { portRange } from '../fleet/slot.ts';
import { Client } from './client.ts';
import { freePort } from './free-port.ts';
import { prepareDatabase } from './prepared-database.ts';

/** A test does in seconds what users do in hours. */
export const wideLimits = {
  RATE_LIMIT_ADDRESS: '1000000000',
  RATE_LIMIT_ANONYMOUS: '1000000000',
  RATE_LIMIT_ACCOUNT: '1000000000',
  RATE_LIMIT_GRAPHQL_COST: '1000000000',
  RATE_LIMIT_SENSITIVE_FACTOR: '10000',
  SOCKETS_PER_ACCOUNT: '2000',
};

/** A whole control plane for a test file: its own embedded PostgreSQL, gateway and worker. */
export class Ocore {
  running: Running;
  readonly dir: string;
  readonly #env: Record<string, string>;

  private constructor(running: Running, dir: string, env: Record<string, string>) {
    this.running = running;
    this.dir = dir;
    this.#env = env;
  }

  static async start(env: Record<string, string> = {}): Promise<Ocore> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-test-'));
    await chmod(dir, 0o755);
    const all = {
      ENVIRONMENT: 'test',
      DATA_DIR: dir,
      PORT: String(await freePort()),
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      MONITOR_INTERVAL: '1s',
      OPERATION_LEASE: '2s',
      PORT_RANGE: portRange,
      ...wideLimits,
      ...env,
    };
    if (!('DATABASE_URL' in all)) await prepareDatabase(dir);
    const running = await start(readConfig(all));
    return new Ocore(running, dir, all);
  }

  get url(): string {
    return this.running.url ?? '';
  }

  /** Ends and starts the program again on the same data. */
  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await start(readConfig(this.#env));
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.running.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Signs a new person up, with an organization of its own. */
  async owner(name = 'owner'): Promise<Client> {
    const email = `${name}-${Math.random().toString(36).slice(2, 10)}@example.com`;
    const answer = await new Client(this.url, null, null).post('/auth/signup', {
      email,
      password: 'correct horse 1',
      name,
    });
    if (answer.status !== 201) throw new Error(`Sign-up failed: ${JSON.stringify(answer.body)}`);
    await this.strengthen(email);
    return new Client(
      this.url,
      String(answer.at('accessToken')),
      String(answer.at('organizations.0.slug')),
      String(answer.at('refreshToken')),
      email,
    );
  }

  /** What an administrator's sign-in with a second factor leaves: without one the administration refuses them. */
  async strengthen(email: string): Promise<void> {
    await this.sql(
      'UPDATE sessions SET strong = true FROM users WHERE users.id = sessions.user_id AND users.is_admin AND users.email = $1',
      [email],
    );
  }

  /** The text of the newest letter to an address. */
  async letterTo(email: string): Promise<string> {
    const [row] = await this.sql<{ id: string; body_enc: string }>(
      'SELECT id, body_enc FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT 1',
      [email],
    );
    if (!row) throw new Error(`No letter went to ${email}`);
    return this.withSecrets((box) => box.open(row.body_enc, `mail:${row.id}`));
  }

  /** Reads, or makes, what is sealed in this installation. */
  async withSecrets<T>(work: (box: SecretBox) => Promise<T>): Promise<T> {
    const config = readConfig(this.#env);
    const pool = new pg.Pool({ connectionString: this.running.databaseUrl, max: 1 });
    try {
      const keys = await KeyRing.load(
        pool,
        new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS),
      );
      return await work(new SecretBox(keys));
    } finally {
      await pool.end();
    }
  }

  /** The token of the newest invitation to an address. */
  async invitationTo(email: string): Promise<string> {
    const token = /token=([\w-]+)/.exec(await this.letterTo(email))?.[1];
    if (!token) throw new Error('The letter has no token');
    return token;
  }

  /** Invites somebody with this role, who signs up with the invitation. */
  async member(by: Client, role: string, invite: Record<string, unknown> = {}): Promise<Client> {
    const email = `${role.toLowerCase().replace(/[^a-z]/g, '')}-${Math.random().toString(36).slice(2, 10)}@example.com`;
    const invited = await by.post('/members/invite', { email, roleId: await by.roleId(role), ...invite });
    if (invited.status !== 201) throw new Error(`The invitation failed: ${JSON.stringify(invited.body)}`);
    const answer = await new Client(this.url, null, null).post('/auth/signup', {
      email,
      password: 'correct horse 1',
      name: `The ${role}`,
      invitationToken: await this.invitationTo(email),
    });
    if (answer.status !== 201) throw new Error(`Sign-up failed: ${JSON.stringify(answer.body)}`);
    return new Client(this.url, answer.text('accessToken'), by.org, answer.text('refreshToken'), email);
  }
}
