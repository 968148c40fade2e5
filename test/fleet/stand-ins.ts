import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';

const run = promisify(execFile);

const standIns = [
  {
    tag: 'postgres:17',
    file: 'postgres.tar',
    changes: [
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["postgres"]',
      'VOLUME /var/lib/postgresql/data',
      'EXPOSE 5432',
      'ENV PGDATA=/var/lib/postgresql/data LANG=C.UTF-8 PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ],
  },
  {
    tag: 'odoo:19.0',
    file: 'odoo.tar',
    changes: [
      'ENTRYPOINT ["/entrypoint.sh"]',
      'CMD ["odoo"]',
      'USER odoo',
      'VOLUME ["/var/lib/odoo", "/mnt/extra-addons"]',
      'EXPOSE 8069 8071 8072',
      'ENV ODOO_RC=/etc/odoo/odoo.conf LANG=C.UTF-8 PYTZ_TZDATADIR=/usr/share/zoneinfo',
    ],
  },
];

/** The public images that an engine does not have. */
export async function missingImages(socket: string): Promise<string[]> {
  const known = (await new Docker({ socketPath: socket }).listImages()).flatMap((image) => image.RepoTags ?? []);
  return standIns.map((image) => image.tag).filter((tag) => !known.includes(tag));
}

/** Imports the locally made stand-ins for the public images, unless the engine has them already. */
export async function loadStandIns(socket: string, images: string): Promise<void> {
  const known = await new Docker({ socketPath: socket }).listImages();
  for (const { tag, file, changes } of standIns) {
    if (known.some((image) => image.RepoTags?.includes(tag) && image.Labels?.['sh.ocore.images'] === images)) continue;
    await run('docker', [
      '-H',
      `unix://${socket}`,
      'import',
      ...[...changes, `LABEL sh.ocore.images=${images}`].flatMap((change) => ['-c', change]),
      join(images, file),
      tag,
    ]);
  }
}
