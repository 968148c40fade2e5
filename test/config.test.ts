import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { Destinations } from '../src/remote/index.ts';
import { Program } from './kit/program.ts';

it('names every wrong variable at once', () => {
  expect.assertions(1);
  try {
    readConfig({ PORT: 'http', PORT_RANGE: '9-1', JWT_ACCESS_EXPIRY: 'soon' });
  } catch (error) {
    expect(error instanceof ConfigError && error.problems.map((line) => line.split(':')[0])).toEqual([
      'PORT',
      'JWT_ACCESS_EXPIRY',
      'PORT_RANGE',
    ]);
  }
});

it('denies in production what only this machine should reach, whatever else is denied, and names who may use the machine', () => {
  const production = {
    ENVIRONMENT: 'production',
    DATABASE_URL: 'postgres://x/y',
    SSH_ENCRYPTION_KEY: 'k'.repeat(32),
    APP_URL: 'https://ocore.example.com',
  };
  const denies = (env: Record<string, string>, address: string): boolean => {
    const config = readConfig(env);
    return new Destinations({ denied: config.SERVER_NETWORKS_DENIED, allowed: config.SERVER_NETWORKS_ALLOWED }).denies(
      address,
    );
  };
  expect([denies({}, '127.0.0.1'), denies(production, '127.0.0.1'), denies(production, '10.0.0.1')]).toEqual([
    false,
    true,
    false,
  ]);
  const listed = {
    ...production,
    SERVER_NETWORKS_DENIED: 'private, 203.0.113.0/24',
    SERVER_NETWORKS_ALLOWED: '10.1.0.0/16',
  };
  expect(
    ['127.0.0.1', '10.0.0.1', '10.1.0.1', '203.0.113.9', '198.51.100.1'].map((address) => denies(listed, address)),
  ).toEqual([true, true, false, true, false]);
  expect(() => readConfig({ SERVER_NETWORKS_ALLOWED: '10.0.0.0/33' })).toThrow(
    /SERVER_NETWORKS_ALLOWED: 10.0.0.0\/33 is not/,
  );
  expect(() => readConfig({ ...production, ALLOW_LOCAL_SERVER: 'true' })).toThrow(/ALLOW_LOCAL_SERVER: in production/);
  expect(readConfig({ ...production, ALLOW_LOCAL_SERVER: 'acme, other' }).ALLOW_LOCAL_SERVER).toEqual({
    everybody: false,
    organizations: ['acme', 'other'],
  });
});

it('reads the releases of PostgreSQL from the tags of their images', () => {
  const images = 'postgres:18-alpine, registry.example.com:5000/pgvector:pg19';
  expect(readConfig({ POSTGRES_UPGRADE_IMAGES: images }).POSTGRES_UPGRADE_IMAGES).toEqual(images.split(', '));
  for (const wrong of ['postgres', 'postgres:latest', 'registry.example.com:5000/postgres', 'postgres:17,'])
    expect(() => readConfig({ POSTGRES_UPGRADE_IMAGES: wrong })).toThrow(/POSTGRES_UPGRADE_IMAGES: .* is not an image/);
});

it('makes up no secret in production', () => {
  expect(() => readConfig({ ENVIRONMENT: 'production' })).toThrow(/DATABASE_URL[^]*SSH_ENCRYPTION_KEY[^]*APP_URL/);
});

it('ends the program with exit code 1, and says which variables are not valid', async () => {
  const program = Program.run('src/main.ts', [], { PORT: 'http', JWT_ACCESS_EXPIRY: 'soon' });
  expect([await program.ended(), program.lines]).toEqual([
    1,
    [
      'The configuration is not valid:',
      expect.stringContaining('PORT: '),
      expect.stringContaining('JWT_ACCESS_EXPIRY: '),
    ],
  ]);
});
