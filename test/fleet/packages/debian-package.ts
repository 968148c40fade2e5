import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface DebianPackage {
  /** Its name in the repository. */
  file: string;
  content: Buffer;
  /** What the list of the repository says of it. */
  entry: string;
}

/** A package that brings these files, by their paths without the first slash. */
export async function debianPackage(name: string, files: Readonly<Record<string, string>>): Promise<DebianPackage> {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-deb-'));
  try {
    const control = `Package: ${name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Ada <ada@example.com>\nDescription: An example\n`;
    for (const [path, content] of Object.entries({ ...files, 'DEBIAN/control': control })) {
      await mkdir(join(dir, 'root', dirname(path)), { recursive: true });
      await writeFile(join(dir, 'root', path), content);
    }
    const file = `${name}_1.0_all.deb`;
    await run('dpkg-deb', ['--build', '--root-owner-group', join(dir, 'root'), join(dir, file)]);
    const content = await readFile(join(dir, file));
    const sum = createHash('sha256').update(content).digest('hex');
    return { file, content, entry: `${control}Filename: ./${file}\nSize: ${content.length}\nSHA256: ${sum}\n` };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
