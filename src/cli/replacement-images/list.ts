import { join } from 'node:path';

/** Makes the replacements as files (as root, on Debian or Ubuntu), and prints their directory in its last line. */
export const buildScript = join(import.meta.dirname, 'images.sh');

export interface Replacement {
  /** The public image that it replaces. */
  tag: string;
  file: string;
  /** What the Dockerfile of the public image says beside its files. */
  changes: readonly string[];
}

export const replacements: readonly Replacement[] = [
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
  {
    tag: 'edoburu/pgbouncer:v1.25.2-p0',
    file: 'pgbouncer.tar',
    changes: [
      'ENTRYPOINT ["/entrypoint.sh"]',
      'CMD ["/usr/bin/pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]',
      'USER postgres',
      'EXPOSE 5432',
    ],
  },
  { tag: 'restic/restic:0.19.1', file: 'restic.tar', changes: ['ENTRYPOINT ["/usr/bin/restic"]'] },
];

/** The arguments with which `docker` makes an image of a replacement's file. */
export function importOf({ tag, file, changes }: Replacement, directory: string): string[] {
  const labelled = [...changes, `LABEL sh.ocore.images=${directory}`];
  return ['import', ...labelled.flatMap((change) => ['-c', change]), join(directory, file), tag];
}
