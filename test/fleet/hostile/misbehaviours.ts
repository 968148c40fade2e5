import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type EngineCallName, engineCalls } from '../../../src/remote/docker/calls.ts';
import { isDeep } from '../../kit/depth.ts';
import { head } from './http-connection.ts';
import { chunk, frame, streamHead } from './streams.ts';

/** A call at the mercy of an engine: what was asked, and the bare socket. */
export interface Victim {
  readonly socket: Socket;
  readonly call: EngineCallName;
  /** The honest answer; undefined when it was streamed. */
  honest(): Promise<unknown> | unknown;
}

export interface Misbehaviour {
  readonly name: string;
  /** Tried on every call; the others vary what a connection carries, and are tried on `variedCalls`. */
  readonly everywhere?: true;
  /** Whether the operation may also succeed: a lie in an answer that nobody reads does no harm. */
  readonly harmless?: true;
  /** Goes on for as long as somebody reads, in a form that is allowed. */
  readonly endless?: true;
  /** On which calls alone it makes sense. */
  readonly only?: readonly EngineCallName[];
  readonly except?: readonly EngineCallName[];
  serve(victim: Victim): void | Promise<void>;
}

export const canaryPort = 12_900 + Number(process.env['OCORE_FLEET'] ?? 0);
const canary = `127.0.0.1:${canaryPort}`;
const calls: readonly string[] = Object.keys(engineCalls);
const streams = Object.entries(engineCalls).flatMap(([name, call]) => ('stream' in call ? [name] : []));
const isCall = (name: string): name is EngineCallName => calls.includes(name);
const streaming: readonly EngineCallName[] = streams.filter(isCall);
const frames: readonly EngineCallName[] = ['containerLogs', 'startExec'];
const json = { 'Content-Type': 'application/json' };

const say =
  (text: string | Buffer) =>
  ({ socket }: Victim): void => {
    socket.write(text);
  };
const sayAndClose =
  (text: string | Buffer) =>
  ({ socket }: Victim): void => {
    socket.end(text);
  };
const answer = (status: string, headers: Record<string, string> = {}, body: string | Buffer = '') =>
  sayAndClose(
    Buffer.concat([
      Buffer.from(head(status, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) })),
      Buffer.from(body),
    ]),
  );
const answerJson = (text: string, status = '200 OK') => answer(status, json, text);

/** Writes the same piece for as long as somebody reads. */
function flood(before: string | Buffer, piece: string | Buffer) {
  const bytes = Buffer.from(piece);
  return ({ socket }: Victim): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', more);
    socket.write(before);
    more();
  };
}

/** Writes a piece now and then, for ever. */
function drip(before: string, piece: string) {
  return ({ socket }: Victim): void => {
    socket.write(before);
    const timer = setInterval(() => socket.write(piece), 100);
    socket.once('close', () => clearInterval(timer));
  };
}

const redirect = (status: string, location: string) => answer(status, { Location: location });

const redirects: readonly Misbehaviour[] = [
  {
    name: 'redirects (301) to the control plane’s own machine',
    everywhere: true,
    serve: redirect('301 Moved Permanently', `http://${canary}/stolen`),
  },
  {
    name: 'redirects (302) to the metadata service',
    serve: redirect('302 Found', 'http://169.254.169.254/latest/meta-data/'),
  },
  {
    name: 'redirects (307) with the method kept',
    serve: redirect('307 Temporary Redirect', `http://${canary}/stolen`),
  },
  {
    name: 'redirects (308) to an address without a scheme',
    serve: redirect('308 Permanent Redirect', `//${canary}/stolen`),
  },
  { name: 'redirects (301) to a path of its own', serve: redirect('301 Moved Permanently', '/followed') },
  { name: 'redirects (302) with a location that is none', serve: redirect('302 Found', 'http://[::1') },
];

const stalls: readonly Misbehaviour[] = [
  { name: 'never answers', everywhere: true, serve: () => {} },
  { name: 'stops in the middle of the headers', serve: say('HTTP/1.1 200 OK\r\nContent-Ty') },
  {
    name: 'stops in the middle of the body',
    everywhere: true,
    serve: say(`${head('200 OK', { ...json, 'Content-Length': '1000' })}{"Id":`),
  },
  { name: 'stops in the middle of a chunk', serve: say(`${streamHead('application/json')}100\r\n{"Id":`) },
  { name: 'sends a byte of a header now and then', serve: drip('HTTP/1.1 200 OK\r\nX-Slow: ', 'x') },
  // A stream may be slow for as long as it likes.
  {
    name: 'sends a byte of the body now and then',
    except: streaming,
    serve: drip(streamHead('application/json'), '1\r\n \r\n'),
  },
  { name: 'says 100 Continue and nothing more', serve: say('HTTP/1.1 100 Continue\r\n\r\n') },
];

const floods: readonly Misbehaviour[] = [
  {
    name: 'sends an endless body in chunks',
    everywhere: true,
    endless: true,
    serve: flood(streamHead('application/json'), chunk('a'.repeat(65_536))),
  },
  {
    name: 'sends an endless body without a length',
    endless: true,
    serve: flood(head('200 OK', { ...json, Connection: 'close' }), 'a'.repeat(65_536)),
  },
  {
    name: 'announces a body of 4 GiB and sends it',
    endless: true,
    serve: flood(head('200 OK', { ...json, 'Content-Length': '4294967296' }), 'a'.repeat(65_536)),
  },
  {
    name: 'sends an endless error message',
    serve: flood(head('500 Internal Server Error', { ...json, Connection: 'close' }), 'a'.repeat(65_536)),
  },
  {
    name: 'sends endless headers',
    everywhere: true,
    serve: flood('HTTP/1.1 200 OK\r\n', 'X-Header: something\r\n'.repeat(1000)),
  },
  { name: 'sends an endless header line', serve: flood('HTTP/1.1 200 OK\r\nX-Header: ', 'a'.repeat(65_536)) },
  { name: 'sends an endless status line', serve: flood('HTTP/1.1 200 ', 'a'.repeat(65_536)) },
  {
    name: 'sends an endless chunk extension',
    serve: flood(`${head('200 OK', { 'Transfer-Encoding': 'chunked' })}1;`, 'a'.repeat(65_536)),
  },
  { name: 'says 100 Continue without end', serve: flood('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)) },
  { name: 'sends JSON that is nested 300,000 deep', harmless: true, serve: answerJson('['.repeat(300_000)) },
];

/** Every text a number, every number a text, every list an object. */
function twisted(value: unknown): unknown {
  if (Array.isArray(value)) return { 0: value[0] };
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, twisted(inner)]));
  return typeof value === 'string' ? 7 : 'seven';
}

const jsonPart = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'json' in value ? value.json : {};
const hugeText = 'The engine has much to say. '.repeat(400_000);

const lies: readonly Misbehaviour[] = [
  ...['null', '{}'].map(
    (text): Misbehaviour => ({ name: `answers ${text}`, everywhere: true, harmless: true, serve: answerJson(text) }),
  ),
  ...['[]', '[null]', '"text"', '1e999', '-1', 'true', '{"__proto__":{"Id":"x"},"constructor":1}'].map(
    (text): Misbehaviour => ({ name: `answers ${text}`, harmless: true, serve: answerJson(text) }),
  ),
  {
    name: 'answers with every type wrong',
    everywhere: true,
    harmless: true,
    serve: async (victim) => answerJson(JSON.stringify(twisted(jsonPart(await victim.honest()))))(victim),
  },
  {
    name: 'answers that the status is 201',
    harmless: true,
    serve: answerJson('{"Id":1e400,"ExitCode":"0","StatusCode":{}}', '201 Created'),
  },
  { name: 'answers 204 without a body', harmless: true, serve: sayAndClose(head('204 No Content', {})) },
  { name: 'answers 304', harmless: true, serve: sayAndClose(head('304 Not Modified', {})) },
  { name: 'answers 404', harmless: true, serve: answerJson('{"message":"No such thing"}', '404 Not Found') },
  { name: 'answers 409', harmless: true, serve: answerJson('{"message":"Conflict"}', '409 Conflict') },
  {
    name: 'answers 101 and talks another protocol',
    everywhere: true,
    except: ['startExec'],
    serve: sayAndClose(
      `${head('101 Switching Protocols', { Connection: 'Upgrade', Upgrade: 'websocket' })}\u0081\u0005hello`,
    ),
  },
  { name: 'answers 401', serve: answerJson('{"message":"authorization denied"}', '401 Unauthorized') },
  {
    name: 'answers 500 with 10 MB of text',
    serve: answer('500 Internal Server Error', { 'Content-Type': 'text/plain' }, hugeText),
  },
  {
    name: 'answers 500 with a message that is an object',
    serve: answerJson('{"message":{"toString":1}}', '500 Internal Server Error'),
  },
  { name: 'answers 500 with null', serve: answerJson('null', '500 Internal Server Error') },
  { name: 'answers 500 without a body', serve: answer('500 Internal Server Error') },
  {
    name: 'answers 500 with NUL, escapes and half a surrogate',
    everywhere: true,
    serve: answerJson('{"message":"a\\u0000b\\u001b[31m\\ud800 \\u202e"}', '500 Internal Server Error'),
  },
  { name: 'answers with the status 999', serve: answer('999 Nonsense', json, '{}') },
];

const cuts: readonly Misbehaviour[] = [
  {
    name: 'cuts before the headers',
    everywhere: true,
    serve: ({ socket }) => {
      socket.destroy();
    },
  },
  {
    name: 'closes without a word',
    serve: ({ socket }) => {
      socket.end();
    },
  },
  { name: 'cuts in the middle of the headers', serve: sayAndClose('HTTP/1.1 200 OK\r\nContent-Length: 2') },
  {
    name: 'cuts in the middle of the body',
    everywhere: true,
    serve: sayAndClose(`${head('200 OK', { ...json, 'Content-Length': '1000' })}{"Id":`),
  },
  { name: 'cuts in the middle of a chunk', serve: sayAndClose(`${streamHead('application/json')}100\r\n{"Id":`) },
  { name: 'cuts between two chunks', serve: sayAndClose(`${streamHead('application/json')}2\r\n{}\r\n`) },
  {
    name: 'sends more than it announced',
    harmless: true,
    serve: sayAndClose(`${head('200 OK', { ...json, 'Content-Length': '2' })}{}{"Id":"smuggled"}`),
  },
];

const garbage: readonly Misbehaviour[] = [
  {
    name: 'sends random bytes',
    everywhere: true,
    serve: ({ socket }) => {
      socket.end(randomBytes(4096));
    },
  },
  { name: 'talks SSH', serve: sayAndClose('SSH-2.0-OpenSSH_9.6\r\n') },
  { name: 'talks HTTP/0.9', serve: sayAndClose('<html>hello</html>\n') },
  {
    name: 'sends a body that is not UTF-8',
    harmless: true,
    serve: answer('200 OK', json, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x22, 0x7d])),
  },
  { name: 'sends a body of NUL bytes', harmless: true, serve: answer('200 OK', json, Buffer.alloc(1000)) },
  {
    name: 'sends a header with NUL',
    serve: sayAndClose('HTTP/1.1 200 OK\r\nX-A: a\u0000b\r\nContent-Length: 2\r\n\r\n{}'),
  },
  {
    name: 'sends chunks whose length is no number',
    serve: sayAndClose(`${streamHead('application/json')}zz\r\n{}\r\n0\r\n\r\n`),
  },
  {
    name: 'sends a chunk with a length beyond all numbers',
    serve: sayAndClose(`${streamHead('application/json')}${'f'.repeat(20)}\r\n{}`),
  },
  { name: 'sends a length that is no number', serve: sayAndClose('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}') },
  {
    name: 'sends two lengths',
    serve: sayAndClose('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x'),
  },
  {
    name: 'calls the body gzip',
    harmless: true,
    serve: answer('200 OK', { ...json, 'Content-Encoding': 'gzip' }, '{}'),
  },
];

const pullLine = (text: string, harmless = false): Misbehaviour => ({
  name: `pulls with the line ${text.slice(0, 60)}`,
  only: ['pullImage'],
  ...(harmless ? { harmless: true } : {}),
  serve: sayAndClose(`${streamHead('application/json')}${chunk(`${text}\r\n`).toString('latin1')}0\r\n\r\n`),
});

const pulls: readonly Misbehaviour[] = [
  ...[
    'null',
    'not JSON',
    '[]',
    '7',
    '{"status":7}',
    '{"id":{},"progressDetail":{"current":"x","total":"y"}}',
    '{"id":"a","status":"Downloading","progressDetail":{"current":-1e308,"total":1e-308}}',
    '{"id":"__proto__","progressDetail":{"current":1,"total":2}}',
  ].map((text) => pullLine(text, true)),
  pullLine('{"error":{"deep":1}}'),
  pullLine('{"errorDetail":{"message":"no\\u0000 space"},"error":"no\\u0000 space"}'),
  {
    name: 'pulls without an end to the line',
    only: ['pullImage'],
    serve: flood(streamHead('application/json'), chunk(`{"status":"${'a'.repeat(65_536)}`)),
  },
  { name: 'pulls a hundred thousand layers', only: ['pullImage'], serve: manyLayers },
];

/** Each line is small, all of them together are not. */
function manyLayers({ socket }: Victim): void {
  let next = 0;
  const more = (): void => {
    for (let going = true; going && next < 100 && !socket.destroyed; next += 1) {
      const lines = Array.from({ length: 1000 }, (_, index) =>
        JSON.stringify({
          id: `${next}-${index}`.padEnd(200, 'x'),
          status: 'Downloading',
          progressDetail: { current: 1, total: 2 },
        }),
      );
      going = socket.write(chunk(`${lines.join('\r\n')}\r\n`));
    }
    if (next >= 100) socket.end(`${chunk(JSON.stringify({ error: 'That was all' })).toString('latin1')}0\r\n\r\n`);
  };
  socket.on('drain', more);
  socket.write(streamHead('application/json'));
  more();
}

const hijackHead = (call: EngineCallName): string =>
  call === 'startExec'
    ? head('101 UPGRADED', { Connection: 'Upgrade', Upgrade: 'tcp' })
    : head('200 OK', { 'Content-Type': 'application/vnd.docker.multiplexed-stream', Connection: 'close' });
const frameHeader = (stream: number, length: number): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(length, 4);
  return header;
};
const framed = (name: string, data: Buffer, harmless = false): Misbehaviour => ({
  name,
  only: frames,
  ...(harmless ? { harmless: true } : {}),
  serve: (victim) => sayAndClose(Buffer.concat([Buffer.from(hijackHead(victim.call)), data]))(victim),
});

const framings: readonly Misbehaviour[] = [
  {
    name: 'announces a frame of 4 GiB and sends it',
    endless: true,
    only: frames,
    serve: (victim) =>
      flood(
        Buffer.concat([Buffer.from(hijackHead(victim.call)), frameHeader(1, 0xffffffff)]),
        'a'.repeat(65_536),
      )(victim),
  },
  {
    name: 'sends an endless output without a line end',
    endless: true,
    only: frames,
    serve: (victim) => flood(hijackHead(victim.call), frame(1, 'a'.repeat(16_000)))(victim),
  },
  {
    name: 'sends endless lines of output',
    endless: true,
    only: frames,
    serve: (victim) => flood(hijackHead(victim.call), frame(1, 'a line of output\n'.repeat(900)))(victim),
  },
  { name: 'begins a stream and stalls', only: frames, serve: (victim) => say(hijackHead(victim.call))(victim) },
  framed('cuts in the middle of a frame header', Buffer.from([1, 0, 0])),
  framed('cuts in the middle of a frame', Buffer.concat([frameHeader(1, 100), Buffer.from('half')])),
  framed('sends a frame of a stream that does not exist', frameHeader(9, 0), true),
  framed(
    'sends output that is not UTF-8, with NUL',
    Buffer.concat([frameHeader(2, 6), Buffer.from([0xff, 0, 0xfe, 0xed, 0x1b, 10])]),
    true,
  ),
];

/** What a server may do to a call. */
export const misbehaviours: readonly Misbehaviour[] = [
  ...stalls,
  ...redirects,
  ...floods,
  ...lies,
  ...cuts,
  ...garbage,
  ...pulls,
  ...framings,
];

/** One of each kind of response: JSON, none, a stream. */
const variedCalls: readonly EngineCallName[] = ['version', 'stopContainer', 'pullImage'];

export function misbehavioursOf(call: EngineCallName): readonly Misbehaviour[] {
  return misbehaviours.filter(
    ({ everywhere, only, except }) =>
      (only?.includes(call) ?? (everywhere || variedCalls.includes(call))) && !except?.includes(call),
  );
}

/**
 * Of those, what a run tries on the call with this number: every misbehaviour on one call in six, or on one of the
 * three that are varied. With `TEST_DEPTH=all` each is tried on each.
 */
export function chosenFor(call: EngineCallName, number: number): readonly Misbehaviour[] {
  const turn = ({ everywhere }: Misbehaviour): number => (everywhere ? number : variedCalls.indexOf(call));
  const rank = (one: Misbehaviour): number =>
    misbehaviours.filter(({ everywhere }) => everywhere === one.everywhere).indexOf(one);
  return misbehavioursOf(call).filter(
    (one) => isDeep || one.only !== undefined || (turn(one) + rank(one)) % (one.everywhere ? 6 : 3) === 0,
  );
}
