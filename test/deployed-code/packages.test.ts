import { afterAll, describe, expect, it } from 'vitest';
import { type Fetched, findAddons, packagesOf } from '../../src/deployed-code/index.ts';
import { manifest, repositoryOfAddons } from '../addons/stage.ts';

const repository = await repositoryOfAddons();
afterAll(() => repository.end());

const sourceOf = (name: string, position: number) => ({
  ...{ repositoryId: `${position}`, name, position, url: `https://git.example.com/${name}`, provider: 'git' },
  ...{ ref: 'main', sha: 'a'.repeat(40), subject: null, author: null, at: null },
});
/** What the repositories with these files ask for, in their order. */
async function packages(...repositories: readonly Readonly<Record<string, string>>[]) {
  const sources: Fetched[] = [];
  for (const [index, files] of repositories.entries()) {
    const tree = await repository.treeOf({ 'note/__manifest__.py': manifest(), ...files });
    sources.push({ source: sourceOf(`acme/erp-${index + 1}`, index + 1), tree });
  }
  return packagesOf(await findAddons(sources));
}

it('takes the packages of all repositories, each of Debian once, whatever its line ends with', async () => {
  expect(
    await packages(
      { 'requirements.txt': 'phonenumbers==8\n', 'apt.txt': '# fonts\r\nfonts-lato  g++\r\nlibxml2:amd64\n' },
      { 'requirements.txt': 'zeep\n', 'apt.txt': 'g++ # again\npostgresql-client-17=17.5-1~deb13u1\n' },
    ),
  ).toEqual({
    apt: ['fonts-lato', 'g++', 'libxml2:amd64', 'postgresql-client-17=17.5-1~deb13u1'],
    requirements: ['phonenumbers==8\n', 'zeep\n'],
  });
});

it('asks for nothing where no repository does', async () => {
  expect(await packages({ 'requirements.txt': '# nothing\n', 'apt.txt': '\n' })).toEqual({ apt: [], requirements: [] });
});

describe('refuses, in an apt.txt, what is not the name of a package', () => {
  const hostile = [
    ...['--option', '-oDir::Etc=/tmp', '--', ';rm', '$(touch,/pwned)', '`id`', 'a&&b', 'a|b', '"quoted"', "it's"],
    ...['../../etc/passwd', './local.deb', '/tmp/x.deb', 'http://example.com/x.deb', 'name*', 'lib?', '^lib', 'lib$'],
    // apt removes these two, installs all that match the next, a whole task, or from another release.
    ...['python3-', 'libc6=1-', 'lib.', 'desktop^', 'odoo/sid', 'Upper', 'x', 'naïve', 'nul\0byte', '\u202edeb'],
  ];
  it.for(hostile)('%j', async (name) => {
    await expect(packages({ 'apt.txt': `fonts-lato\n${name}\n` })).rejects.toMatchObject({
      code: 'addons_invalid',
      message: `acme/erp-1: apt.txt: ${JSON.stringify(name)} is not the name of a package`,
    });
  });

  it('names only the beginning of one that is long', async () => {
    const error: unknown = await packages({ 'apt.txt': `${'A'.repeat(10_000)}\n` }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'addons_invalid', message: expect.stringMatching(/^.{100,200}$/) });
  });
});

it('refuses a file that is far too long', async () => {
  await expect(packages({ 'requirements.txt': 'zeep\n'.repeat(100_000) })).rejects.toMatchObject({
    code: 'git_too_large',
  });
});
