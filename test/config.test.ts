import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

it('names every wrong variable at once', () => {
  expect.assertions(1);
  try {
    readConfig({ PORT: 'http', PORT_RANGE: '9-1', JWT_ACCESS_EXPIRY: 'soon' });
  } catch (error) {
    expect(error instanceof ConfigError && error.problems.map((line) => line.split(':')[0])).toEqual(['PORT', 'JWT_ACCESS_EXPIRY', 'PORT_RANGE']);
  }
});

it('makes up no secret in production', () => {
  expect(() => readConfig({ ENVIRONMENT: 'production' })).toThrow(/DATABASE_URL[^]*SSH_ENCRYPTION_KEY[^]*APP_URL/);
});
