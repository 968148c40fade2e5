import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { buildImage } from '../build-image.ts';
import type { PackageIndex } from './package-index.ts';

const run = promisify(execFile);
export const packagedOdoo = 'packaged-odoo:19.0';

/** Odoo's image with pip, as the public one has it, whose apt knows nothing but this index. */
export async function loadPackagedOdoo(docker: Docker, index: PackageIndex): Promise<void> {
  const { stdout } = await run('bash', [join(import.meta.dirname, 'download-pip.sh')]);
  const dockerfile = [
    'FROM odoo:19.0',
    'USER root',
    'COPY pip.deb /tmp/pip.deb',
    'RUN dpkg -x /tmp/pip.deb / && rm -rf /tmp/pip.deb /etc/apt/sources.list.d/* /etc/apt/preferences.d/*',
    `RUN echo '${index.aptSource}' > /etc/apt/sources.list`,
    'USER odoo',
  ];
  await buildImage(docker, packagedOdoo, dockerfile.join('\n'), { 'pip.deb': await readFile(stdout.trim()) });
}
