import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { type Headers, type PushSender, readDelivery } from '../../src/push-webhooks/index.ts';
import { type Host, sender } from './hosts.ts';
import { after, before, bitbucket, bitbucketServer, gitea, github, gitlab, none } from './payloads.ts';

const secret = 'f3Kq7Lw1Zt8Rr2Nn5Bb9Cc4Dd6Gg0Hh-_Jj1Kk2Ll3M';
const id = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const bytes = (payload: unknown): Buffer =>
  Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));

const { hosts, hmac } = sender(secret, id);
const payloads: Readonly<Record<Host, object>> = { github, gitlab, gitea, bitbucket };
const names: readonly Host[] = ['github', 'gitlab', 'gitea', 'bitbucket'];

const refusal = (sender: PushSender, headers: Headers, body: Buffer, key = secret): unknown[] => {
  try {
    return ['none', readDelivery(sender, key, headers, body).event];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.message).not.toContain(secret);
    return [error.status, error.code, error.details['reason'] ?? error.details['field']];
  }
};

describe('a push', () => {
  it.for([
    ['github', 'ada'],
    ['gitlab', 'Ada Lovelace'],
    ['gitea', 'ada'],
  ] as const)('of %s is read', ([host, pushedBy]) => {
    const body = bytes(payloads[host]);
    expect(readDelivery(host, secret, hosts[host](body), body)).toEqual({
      ...{ id, digest: createHash('sha256').update(body).digest('hex'), event: 'push' },
      pushes: [{ kind: 'branch', name: 'main', before, after, pushedBy }],
    });
  });

  it('of Bitbucket is read with everything that it changed, in the cloud and on a server', () => {
    const cloud = bytes(bitbucket);
    const pushedBy = 'Ada Lovelace';
    const main = { kind: 'branch', name: 'main', before, after, pushedBy };
    expect(readDelivery('bitbucket', secret, hosts.bitbucket(cloud), cloud).pushes).toEqual([
      main,
      { kind: 'branch', name: 'old', before, after: undefined, pushedBy },
      { kind: 'tag', name: 'v1', before: undefined, after, pushedBy },
    ]);
    const body = bytes(bitbucketServer);
    const { 'x-request-uuid': uuid, ...headers } = hosts.bitbucket(body, 'repo:refs_changed');
    const delivery = readDelivery('bitbucket', secret, { ...headers, 'x-request-id': uuid }, body);
    expect([delivery.id, delivery.pushes]).toEqual([id, [main]]);
  });

  it('that makes, deletes or tags is told apart', () => {
    const read = (payload: object) => {
      const body = bytes(payload);
      return readDelivery('github', secret, hosts.github(body), body).pushes;
    };
    expect(read({ ...github, before: none })).toMatchObject([{ before: undefined, after }]);
    expect(read({ ...github, after: none, deleted: true, pusher: null })).toMatchObject([
      { before, after: undefined, pushedBy: undefined },
    ]);
    expect(read({ ...github, ref: 'refs/tags/v1.0' })).toMatchObject([{ kind: 'tag', name: 'v1.0' }]);
    expect(read({ ...github, ref: 'refs/notes/commits' })).toEqual([]);
    const body = bytes({ ...gitlab, object_kind: 'tag_push', ref: 'refs/tags/v1' });
    expect(readDelivery('gitlab', secret, hosts.gitlab(body, 'Tag Push Hook'), body).pushes).toMatchObject([
      { kind: 'tag', name: 'v1' },
    ]);
  });

  it.for(names)('of %s is known by its headers where the host has no name', (host) => {
    const body = bytes(payloads[host]);
    expect(readDelivery('git', secret, hosts[host](body), body).pushes[0]).toMatchObject({ name: 'main', after });
    expect(refusal('git', hosts[host](body), body, 'another')).toEqual([401, 'invalid_signature', 'mismatch']);
  });

  it('is read as a form, the default of GitHub', () => {
    const body = bytes(`payload=${encodeURIComponent(JSON.stringify(github))}`);
    const headers = { ...hosts.github(body), 'content-type': 'application/x-www-form-urlencoded' };
    expect(readDelivery('github', secret, headers, body).pushes).toHaveLength(1);
  });

  it('keeps of GitLab the id that its repetitions share, and of Forgejo its own signature', () => {
    const body = bytes(gitlab);
    const again = { ...hosts.gitlab(body), 'idempotency-key': 'one' };
    expect(readDelivery('gitlab', secret, again, body).id).toBe('one');
    const push = bytes(gitea);
    const forged = { ...hosts.gitea(push), 'x-forgejo-signature': hmac(push, 'sha256', 'another') };
    expect(refusal('gitea', forged, push)).toEqual([401, 'invalid_signature', 'mismatch']);
    const own = { ...hosts.gitea(push), 'x-forgejo-signature': hmac(push), 'x-forgejo-delivery': 'two' };
    expect(readDelivery('gitea', secret, own, push).id).toBe('two');
  });
});

it('tells pings and other events from pushes', () => {
  const body = bytes({ zen: 'Design for failure.', hook_id: 1 });
  const eventOf = (sender: Host, event: string) => refusal(sender, hosts[sender](body, event), body)[1];
  expect(eventOf('github', 'ping')).toBe('ping');
  expect(eventOf('bitbucket', 'diagnostics:ping')).toBe('ping');
  for (const event of ['issues', 'constructor', '__proto__']) expect(eventOf('github', event)).toBe('other');
  expect(eventOf('gitlab', 'Merge Request Hook')).toBe('other');
});

describe('what is not signed right is refused:', () => {
  const signature: Readonly<Record<Host, string>> = {
    github: 'x-hub-signature-256',
    gitlab: 'x-gitlab-token',
    gitea: 'x-gitea-signature',
    bitbucket: 'x-hub-signature',
  };
  it.for(names)('%s without a signature, with an empty or a double one, and with another secret', (host) => {
    const body = bytes(payloads[host]);
    const headers = hosts[host](body);
    const given = Reflect.get(headers, signature[host]);
    for (const value of [undefined, '', [String(given), String(given)]])
      expect(refusal(host, { ...headers, [signature[host]]: value }, body)).toEqual([
        401,
        'invalid_signature',
        'missing',
      ]);
    expect(refusal(host, headers, body, `${secret}x`)).toEqual([401, 'invalid_signature', 'mismatch']);
    expect(refusal(host, headers, body, secret.slice(1))).toEqual([401, 'invalid_signature', 'mismatch']);
    expect(refusal(host, headers, body)).toEqual(['none', 'push']);
  });

  it.for(['github', 'gitea', 'bitbucket'] as const)(
    '%s with another algorithm, or a signature of another form',
    (host) => {
      const body = bytes(payloads[host]);
      const headers = hosts[host](body);
      const digits = hmac(body);
      for (const value of [
        `sha1=${hmac(body, 'sha1')}`,
        `sha512=${hmac(body, 'sha512')}`,
        digits.slice(2),
        `sha256=${digits}00`,
        `sha256=${digits.slice(0, 63)}g`,
        `SHA256=${digits}`,
        ` ${digits}`,
      ])
        expect(refusal(host, { ...headers, [signature[host]]: value }, body)).toEqual([
          401,
          'invalid_signature',
          'algorithm',
        ]);
      // Hexadecimal digits are the same in capitals.
      const prefix = host === 'gitea' ? '' : 'sha256=';
      expect(refusal(host, { ...headers, [signature[host]]: `${prefix}${digits.toUpperCase()}` }, body)[0]).toBe(
        'none',
      );
    },
  );

  it.for(['github', 'gitea', 'bitbucket'] as const)('%s with a body of which any byte is another', (host) => {
    const body = bytes(payloads[host]);
    const headers = hosts[host](body);
    for (let at = 0; at < body.length; at += 97) {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(refusal(host, headers, changed)).toEqual([401, 'invalid_signature', 'mismatch']);
    }
    // The same JSON is not the same body.
    expect(refusal(host, headers, Buffer.concat([body, Buffer.from('\n')]))[2]).toBe('mismatch');
  });

  it('by the way of another host', () => {
    const body = bytes(github);
    expect(refusal('gitlab', hosts.github(body), body)).toEqual([401, 'invalid_signature', 'missing']);
    expect(refusal('github', hosts.gitlab(body), body)).toEqual([401, 'invalid_signature', 'missing']);
    // The old header of GitHub is signed with SHA-1.
    expect(refusal('bitbucket', hosts.github(body), body)).toEqual([401, 'invalid_signature', 'algorithm']);
  });
});

describe('what is signed is refused, too:', () => {
  it('more than a mebibyte, before it is hashed', () => {
    const body = Buffer.alloc(1024 ** 2 + 1, ' ');
    expect(refusal('github', hosts.github(body), body)).toEqual([413, 'payload_too_large', undefined]);
    const most = Buffer.concat([bytes(github), Buffer.alloc(1024 ** 2 - bytes(github).length, ' ')]);
    expect(refusal('github', hosts.github(most), most)).toEqual(['none', 'push']);
  });

  it('without the headers of its id and its event', () => {
    const body = bytes(github);
    for (const name of ['x-github-event', 'x-github-delivery'])
      for (const value of [undefined, 'a\nb', 'x'.repeat(201)])
        expect(refusal('github', { ...hosts.github(body), [name]: value }, body)[1]).toBe('bad_request');
  });

  it.for([
    ['{', 'invalid_json', undefined],
    ['null', 'validation_error', ''],
    [{ ...github, ref: 7 }, 'validation_error', 'ref'],
    [{ ...github, ref: 'refs/heads/--upload-pack=id' }, 'validation_error', 'ref'],
    [{ ...github, ref: 'refs/heads/a..b' }, 'validation_error', 'ref'],
    [{ ...github, ref: 'refs/heads/a\nb' }, 'validation_error', 'ref'],
    [{ ...github, after: 'main' }, 'validation_error', 'after'],
    [{ ...github, before: undefined }, 'validation_error', 'before'],
    [{ ...github, pusher: 'ada' }, 'validation_error', 'pusher'],
    [`{"ref":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'invalid_json', undefined],
  ] as const)('%.60j', ([payload, code, field]) => {
    const body = bytes(payload);
    expect(refusal('github', hosts.github(body), body)).toEqual([400, code, field]);
  });

  it('a person with a name without end, of which the beginning is kept', () => {
    const body = bytes({ ...github, pusher: { name: `Ada\u0000\u001b${'a'.repeat(1000)}` } });
    const [push] = readDelivery('github', secret, hosts.github(body), body).pushes;
    expect(push?.pushedBy).toBe(`Ada ${'a'.repeat(196)}`);
  });
});
