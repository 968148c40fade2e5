import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { checkAnswer } from './contract.ts';
import { z } from 'zod';

/** An answer whose parts are read by path: `at('error.details.field')`. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;

  constructor(status: number, headers: Headers, body: unknown) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  at(path: string): unknown {
    return path
      .split('.')
      .reduce<unknown>(
        (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
        this.body,
      );
  }

  text(path: string): string {
    const value = this.at(path);
    if (typeof value !== 'string') throw new Error(`${path} is not a text in ${JSON.stringify(this.body)}`);
    return value;
  }
}

/** What a user of the API holds: an address, a token, an organization. */
export class Client {
  readonly url: string;
  readonly token: string | null;
  readonly org: string | null;
  readonly refreshToken: string;
  readonly email: string;

  constructor(url: string, token: string | null, org: string | null, refreshToken = '', email = '') {
    this.url = url;
    this.token = token;
    this.org = org;
    this.refreshToken = refreshToken;
    this.email = email;
  }

  /** The same person in another organization. */
  in(org: string | null): Client {
    return new Client(this.url, this.token, org, this.refreshToken, this.email);
  }

  /** A program with an API key of this organization. */
  withKey(key: string): Client {
    return new Client(this.url, key, this.org);
  }

  headers(): Record<string, string> {
    return {
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(this.org ? { 'x-org-slug': this.org } : {}),
    };
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = new Answer(
      response.status,
      response.headers,
      text === 'null' || text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    );
    // Whatever a test asks for, the answer must be one that the OpenAPI document promises.
    if (path.startsWith('/api/') && response.headers.get('content-type')?.includes('json'))
      checkAnswer(method, path.slice('/api'.length), answer.status, answer.body);
    return answer;
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', `/api${path}`);
  }
  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.request('POST', `/api${path}`, body);
  }
  put(path: string, body: unknown): Promise<Answer> {
    return this.request('PUT', `/api${path}`, body);
  }
  patch(path: string, body: unknown): Promise<Answer> {
    return this.request('PATCH', `/api${path}`, body);
  }
  delete(path: string, body?: unknown): Promise<Answer> {
    return this.request('DELETE', `/api${path}`, body);
  }
  graphql(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    return this.request('POST', '/graphql', { query, variables });
  }

  /** Follows a subscription over a WebSocket; `data` of each event. Ends when the server completes it. */
  async *subscribe(query: string, variables: Record<string, unknown> = {}): AsyncGenerator<Answer> {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${this.token ?? ''}`, 'x-org-slug': this.org ?? '' },
    });
    try {
      for await (const event of client.iterate({ query, variables })) yield new Answer(200, new Headers(), event);
    } finally {
      await client.dispose();
    }
  }

  /** Waits for an operation by the public subscription; gives its last state. */
  async finished(operationId: string): Promise<Answer> {
    let last: Answer | undefined;
    for await (const event of this.subscribe(
      'subscription ($id: ID!) { operationUpdated(id: $id) { id kind status progress error { code message hint } steps { name status message progress } } }',
      { id: operationId },
    ))
      last = event;
    if (!last) throw new Error('The subscription gave nothing');
    return last;
  }

  /** Registers a server of the fleet and waits until it is active. */
  async activeServer(server: {
    name: string;
    host: string;
    user: string;
    sshd: { port: number; privateKey: string };
    engine: { socket: string };
  }): Promise<string> {
    const answer = await this.post('/servers', {
      name: server.name,
      host: server.host,
      port: server.sshd.port,
      sshUser: server.user,
      sshPrivateKey: server.sshd.privateKey,
      dockerSocket: server.engine.socket,
    });
    const operation = await this.finished(answer.text('operationId'));
    if (operation.at('data.operationUpdated.status') !== 'succeeded') throw new Error(JSON.stringify(operation.body));
    return answer.text('id');
  }

  async roleId(name: string): Promise<string> {
    const { body } = await this.get('/roles?limit=100');
    const role = z
      .object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })
      .parse(body)
      .data.find((row) => row.name === name);
    if (!role) throw new Error(`There is no role ${name}`);
    return role.id;
  }

  /** The membership of this person, as somebody who sees members finds it. */
  async memberIdOf(email: string): Promise<string> {
    return (await this.get(`/members?search=${encodeURIComponent(email)}`)).text('data.0.id');
  }

  /** Makes an API key; gives its id and the key. */
  async newKey(
    permissions: readonly string[],
    rest: Record<string, unknown> = {},
  ): Promise<{ id: string; key: string }> {
    const answer = await this.post('/api-keys', { name: 'Key', permissions, ...rest });
    if (answer.status !== 201) throw new Error(`The key was refused: ${JSON.stringify(answer.body)}`);
    return { id: answer.text('id'), key: answer.text('key') };
  }

  async environment(type: 'production' | 'staging' | 'development' = 'development'): Promise<string> {
    const project = await this.post('/projects', { name: `Project ${Math.random().toString(36).slice(2, 8)}` });
    return (await this.post('/environments', { projectId: project.text('id'), name: type, type })).text('id');
  }
}
