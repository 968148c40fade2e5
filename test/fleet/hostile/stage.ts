import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type EmbeddedDatabase, startEmbedded } from '../../../prisma/embedded.ts';
import { type Answer, Client } from '../../kit/client.ts';
import { Program } from '../../kit/program.ts';
import { firstSshPort, fleetDir, portRange } from '../slot.ts';
import { Sshd } from '../sshd.ts';
import { Canary } from './canary.ts';
import { FakeEngine } from './engine.ts';
import { canaryPort } from './misbehaviours.ts';
import { PublishedPorts } from './published-ports.ts';

const ended = ['succeeded', 'failed', 'cancelled'];
const operationShape = z.object({
  status: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  steps: z.array(z.object({ name: z.string(), status: z.string() })),
});
export type OperationState = z.infer<typeof operationShape>;

/** What automation does: hundreds of servers at a time keep a small machine busy, and 503 says "try again". */
class PatientClient extends Client {
  override async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    // One that was done although its answer was 503 is not done again.
    const once: Record<string, string> = method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {};
    for (let left = 20; ; left -= 1) {
      const answer = await super.request(method, path, body, { ...once, ...headers });
      if (answer.status !== 503 || left === 0) return answer;
      await sleep(1000);
    }
  }
}

/** A control plane as a process of its own, one real sshd, and as many fake engines behind it as a test wants. */
export class Stage {
  readonly dir: string;
  readonly database: EmbeddedDatabase;
  readonly program: Program;
  readonly sshd: Sshd;
  readonly canary: Canary;
  readonly ports = new PublishedPorts();
  readonly engines: FakeEngine[] = [];
  #next = 0;

  private constructor(dir: string, database: EmbeddedDatabase, program: Program, sshd: Sshd, canary: Canary) {
    this.dir = dir;
    this.database = database;
    this.program = program;
    this.sshd = sshd;
    this.canary = canary;
  }

  static async start(env: Record<string, string> = {}, nodeArgs: readonly string[] = []): Promise<Stage> {
    const dir = await mkdtemp(join(tmpdir(), 'ocore-hostile-'));
    // PostgreSQL's own user looks in.
    await chmod(dir, 0o755);
    const database = await startEmbedded(join(dir, 'database'));
    // Hundreds of connections begin at the same time.
    const sshd = new Sshd(join(fleetDir, 'hostile-sshd'), firstSshPort + 5, ['MaxStartups 2000', 'PrintMotd no']);
    await sshd.prepare();
    await sshd.start();
    const canary = await Canary.listen(canaryPort);
    const program = await Program.start(
      {
        DATA_DIR: join(dir, 'data'),
        DATABASE_URL: database.url,
        PORT_RANGE: portRange,
        SERVER_CONCURRENCY: '50',
        ...env,
      },
      nodeArgs,
    );
    return new Stage(dir, database, program, sshd, canary);
  }

  async owner(name = 'owner'): Promise<Client> {
    const email = `${name}-${Math.random().toString(36).slice(2, 10)}@example.com`;
    const answer = await new Client(this.program.url, null, null).post('/auth/signup', {
      email,
      password: 'correct horse 1',
      name,
    });
    return new PatientClient(
      this.program.url,
      answer.text('accessToken'),
      answer.text('organizations.0.slug'),
      answer.text('refreshToken'),
      email,
    );
  }

  async engine(): Promise<FakeEngine> {
    this.#next += 1;
    const engine = await FakeEngine.listen(join(this.dir, `engine-${this.#next}`, 'docker.sock'), this.ports);
    this.engines.push(engine);
    return engine;
  }

  /** Registers a server with this engine; gives its id and its validation. */
  async register(
    owner: Client,
    engine: FakeEngine,
    server: Record<string, unknown> = {},
  ): Promise<{ id: string; operationId: string }> {
    const answer = await owner.post('/servers', {
      name: `server-${Math.random().toString(36).slice(2, 10)}`,
      host: '127.0.0.1',
      port: this.sshd.port,
      sshUser: 'root',
      sshPrivateKey: this.sshd.privateKey,
      dockerSocket: engine.socket,
      ...server,
    });
    return { id: answer.text('id'), operationId: answer.text('operationId') };
  }

  async activeServer(owner: Client, engine: FakeEngine): Promise<string> {
    const { id, operationId } = await this.register(owner, engine);
    const operation = await finished(owner, operationId);
    if (operation.status !== 'succeeded') throw new Error(JSON.stringify(operation));
    return id;
  }

  async stop(): Promise<void> {
    await Program.endAll();
    for (const engine of this.engines) engine.close();
    this.ports.close();
    this.canary.close();
    await this.sshd.stop();
    await this.database.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export async function stateOf(client: Client, operationId: string, wait = 0): Promise<OperationState> {
  return operationShape.parse((await client.get(`/operations/${operationId}${wait > 0 ? `?wait=${wait}` : ''}`)).body);
}

/** Waits for the end of an operation: hundreds of these wait side by side. */
export async function finished(client: Client, operationId: string): Promise<OperationState> {
  for (;;) {
    const state = await stateOf(client, operationId, 30);
    if (ended.includes(state.status)) return state;
  }
}
