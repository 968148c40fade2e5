import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { isRefName, isSha, parseGitUrl } from '../../src/git/index.ts';

const refused = (text: string): unknown => {
  try {
    return parseGitUrl(text).href;
  } catch (error) {
    return error instanceof AppError ? [error.code, error.details['field'], error.details['constraint']] : error;
  }
};

describe('the URL of a repository', () => {
  it.for([
    ['git@github.com:acme/erp.git', 'ssh://git@github.com/acme/erp.git'],
    ['git@github.com:/acme/erp.git', 'ssh://git@github.com/acme/erp.git'],
    ['ssh://github.com/acme/erp', 'ssh://git@github.com/acme/erp'],
    ['SSH://deploy@Git.Example.com:2222/srv/erp.git/', 'ssh://deploy@git.example.com:2222/srv/erp.git'],
    ['ssh://git@git.example.com:22/~/erp.git', 'ssh://git@git.example.com/~/erp.git'],
    ['ssh://git@[2001:DB8::1]:2222/erp.git', 'ssh://git@[2001:db8::1]:2222/erp.git'],
    ['git@[2001:db8::1]:erp.git', 'ssh://git@[2001:db8::1]/erp.git'],
    ['https://github.com/acme/erp', 'https://github.com/acme/erp'],
    ['https://github.com:443/acme/erp.git', 'https://github.com/acme/erp.git'],
    ['https://dev.azure.com/acme/My%20Project/_git/erp', 'https://dev.azure.com/acme/My%20Project/_git/erp'],
    // As curl and the resolver read it.
    ['https://0x7f.1/x', 'https://127.0.0.1/x'],
    ['git@2130706433:x', 'ssh://git@127.0.0.1/x'],
  ] as const)('%s is %s, which stays as it is', ([given, href]) => {
    expect(parseGitUrl(given).href).toBe(href);
    expect(parseGitUrl(href)).toEqual(parseGitUrl(given));
  });

  it('has its parts', () => {
    expect(parseGitUrl('git@[::1]:a/b.git')).toEqual({
      ...{ protocol: 'ssh', host: '::1', port: 22, path: '/a/b.git', user: 'git', href: 'ssh://git@[::1]/a/b.git' },
    });
    expect(parseGitUrl('https://h.example:8443/x')).toEqual({
      ...{ protocol: 'https', host: 'h.example', port: 8443, path: '/x', href: 'https://h.example:8443/x' },
    });
  });

  it.for([
    ['', 'format'],
    ['erp.git', 'format'],
    ['/srv/erp.git', 'format'],
    ['C:/erp', 'format'],
    ['--upload-pack=id', 'format'],
    ['ext::sh -c id', 'format'],
    ['ext::id', 'format'],
    ['git@host::x', 'format'],
    ['fd::17', 'format'],
    ['file:///etc', 'protocol'],
    ['http://git.example.com/x', 'protocol'],
    ['git://git.example.com/x', 'protocol'],
    ['ftp://git.example.com/x', 'protocol'],
    ['git+ssh://git@git.example.com/x', 'protocol'],
    ['https://user:secret@git.example.com/x', 'credentials'],
    ['https://ghp_secret@git.example.com/x', 'credentials'],
    ['https://@git.example.com/x', 'credentials'],
    ['ssh://git:secret@git.example.com/x', 'credentials'],
    ['ssh://-oProxyCommand=id@git.example.com/x', 'user'],
    ['-oProxyCommand=id@git.example.com:x', 'user'],
    ['ssh://git@-oProxyCommand=id/x', 'host'],
    ['git@-oProxyCommand:x', 'host'],
    ['https://a..b/x', 'host'],
    ['https://git.example.com./x', 'host'],
    ['https://git.example.com', 'format'],
    ['https://git.example.com/', 'path'],
    ['ssh://git@git.example.com:0/x', 'port'],
    ['ssh://git@git.example.com:65536/x', 'port'],
    ['git@git.example.com:-x', 'path'],
    ['https://git.example.com/a/../b', 'path'],
    ['https://git.example.com/a/%2e%2e/b', 'path'],
    ['https://git.example.com/a//b', 'path'],
    ['https://git.example.com/a?b', 'path'],
    ['https://git.example.com/a#b', 'path'],
    ['https://git.example.com/a%0ab', 'path'],
    ['https://git.example.com/a%00b', 'path'],
    ['https://git.example.com/a%zz', 'path'],
    ['git@git.example.com:a;id', 'path'],
    ['git@git.example.com:$(id)', 'path'],
    ['git@git.example.com:`id`', 'path'],
    ["git@git.example.com:a'b", 'path'],
    ['git@git.example.com:a\\b', 'path'],
    ['git@git.example.com:a b', 'format'],
    ['git@git.example.com:a\nb', 'format'],
    ['https://git.example.com/ä', 'format'],
    ['https://gıt.example.com/x', 'format'],
    [`https://git.example.com/${'a'.repeat(1000)}`, 'max_length'],
  ] as const)('is not %j: %s', ([given, constraint]) => {
    expect(refused(given)).toEqual(['validation_error', 'url', constraint]);
  });

  it('is one, or refused, whatever is given; and has no more to be refused', () => {
    const piece = fc.constantFrom(
      'git@',
      'ssh://',
      'https://',
      'host',
      ':',
      '/',
      '..',
      '%2e',
      '-',
      '@',
      '[::1]',
      '::',
      'x',
      '\n',
      '22',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        (text) => {
          const href = refused(text);
          if (typeof href === 'string') expect(parseGitUrl(href).href).toBe(href);
          else expect(href).toEqual(['validation_error', 'url', expect.any(String)]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

it.for([
  ['main', true],
  ['feature/x.y', true],
  ['日本', true],
  ['a@b', true],
  ['@', false],
  ['-x', false],
  ['--upload-pack=id', false],
  ['a..b', false],
  ['a b', false],
  ['a~1', false],
  ['a^', false],
  ['a:b', false],
  ['a?', false],
  ['a*', false],
  ['a[', false],
  ['a\\b', false],
  ['a@{1}', false],
  ['.a', false],
  ['a/.b', false],
  ['a.lock', false],
  ['a.lock/b', false],
  ['a/', false],
  ['/a', false],
  ['a//b', false],
  ['a.', false],
  ['a\u0007', false],
  ['', false],
  ['a'.repeat(256), false],
  ['\ud800', false],
] as const)('%j as the name of a branch: %s', ([name, is]) => {
  expect(isRefName(name)).toBe(is);
});

it('knows the name of a commit', () => {
  expect(['a'.repeat(40), '0'.repeat(64)].map(isSha)).toEqual([true, true]);
  expect(['a'.repeat(39), 'A'.repeat(40), 'main', `${'a'.repeat(40)}\n`, ''].map(isSha)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
