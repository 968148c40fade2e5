import pg from 'pg';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { Prisma } from '../../src/database/database.ts';
import { AppError } from '../../src/errors.ts';
import { makeLog } from '../../src/log.ts';

const secret = 'planted-in-an-error';

/** What the log makes of something. */
function logged(fields: object): string {
  let text = '';
  const log = makeLog(
    readConfig({ ENVIRONMENT: 'test', LOG_LEVEL: 'trace', SSH_ENCRYPTION_KEY: 'x'.repeat(32) }),
    (line) => {
      text += line;
    },
  );
  log.error(fields, 'Something happened');
  return text;
}

function databaseError(message: string, more: Partial<pg.DatabaseError>): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, 'error'), {
    code: '23514',
    table: 'servers',
    constraint: 'no_boom',
    ...more,
  });
}

it('keeps of a library’s error what happened, and nothing that was processed', () => {
  const prisma = new Prisma.PrismaClientValidationError(
    `\nInvalid \`db.user.create()\` invocation:\n\n{\n  data: {\n    passwordHash: "${secret}",\n    ~~~~\n  }\n}\n\nArgument \`email\` is missing.`,
    { clientVersion: '7' },
  );
  const row = databaseError('new row for relation "servers" violates check constraint "no_boom"', {
    detail: `Failing row contains (1, ${secret}).`,
    where: `unnamed portal parameter $1 = '${secret}'`,
  });
  const value = databaseError(`invalid input syntax for type uuid: "${secret}"`, { code: '22P02' });
  const wrapped = new AppError(
    'internal_error',
    'It went wrong',
    {},
    { cause: Object.assign(new Error('inner'), { body: { sshPassword: secret }, cause: row }) },
  );
  for (const error of [
    prisma,
    row,
    value,
    wrapped,
    Object.assign(new Error('with a request'), { config: { headers: { authorization: `Bearer ${secret}` } } }),
  ]) {
    const text = logged({ err: error });
    expect(text).not.toContain(secret);
    expect(text).toContain('at ');
  }
  expect(logged({ err: prisma })).toContain('Argument `email` is missing.');
  expect(JSON.parse(logged({ err: wrapped })).err).toMatchObject({
    message: 'It went wrong',
    code: 'internal_error',
    cause: {
      message: 'inner',
      cause: {
        code: '23514',
        table: 'servers',
        constraint: 'no_boom',
        message: 'new row for relation "servers" violates check constraint "no_boom"',
      },
    },
  });
});

it('knows secrets by their names and by their shapes', () => {
  for (const fields of [
    { password: secret },
    { input: { sshPrivateKey: secret } },
    { request: { headers: { authorization: secret } } },
    { token: secret },
  ])
    expect(logged(fields)).not.toContain(secret);
  const shaped = [
    'ocore_k_0123456789abcdefghijABCDEFGHIJ012345',
    'ocore_r_AbCdEfGh-_0123456789',
    'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl',
    'v2.AbCdEfGhIjKl.0123456789abcdef0123456789abcdef0123456789',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
  ];
  for (const text of shaped) expect(logged({ note: `before ${text} after` })).toMatch(/before .*\[?.*\]? after/);
  for (const text of shaped)
    expect(logged({ note: `before ${text} after`, err: new Error(`about ${text}`) })).not.toContain(
      JSON.stringify(text).slice(1, -1),
    );
  expect(logged({ url: `postgresql://ocore:${secret}@127.0.0.1/ocore` })).toContain(
    'postgresql://ocore:[password]@127.0.0.1/ocore',
  );
});
