import type { OperationErrorHelp } from './help.ts';

/** What a step of an operation finds out by itself: about a server, an instance or an organization. */
export const stepHelp = {
  server_unsuitable: {
    title: 'The server does not meet the requirements',
    happened: 'The server was reached, but it cannot run instances.',
    causes: [
      'It has less than 900 MB of memory, does not run Linux, or has another architecture than x86_64 or arm64.',
      'Docker runs there, but a container does not start: the kernel, AppArmor, SELinux or the virtual machine prevents it.',
    ],
    todo: [
      'Read `message`: it names the requirement.',
      'If no container starts, run `docker run --rm hello-world` on the server and read `journalctl -u docker`.',
      'Correct it and validate the server again, or use another server.',
    ],
    message: 'The server has 0.5 GiB of memory; at least 0.9 GiB is needed',
    hint: 'Use a larger server.',
  },
  docker_too_old: {
    title: 'Docker on the server is too old',
    happened: 'The Docker engine is older than 20.10.',
    causes: ['The server has the Docker of an old distribution.'],
    todo: ['Upgrade Docker on the server (docs.docker.com/engine/install), then validate the server again.'],
    message: 'Docker 19.03.15 is too old; 20.10 or newer is needed',
    hint: 'Upgrade Docker on the server.',
  },
  odoo_not_healthy: {
    title: 'Odoo did not become healthy',
    happened:
      'Odoo was started, but it ended, or did not answer at `/web/health` and `/web/login` within five minutes. After a change of its configuration, the earlier configuration runs again.',
    causes: [
      'A module cannot be loaded: the message has the last lines of the log.',
      'The container has too little memory, and the kernel ended Odoo (exit code 137).',
      'The image is no Odoo, or of another release than the database.',
    ],
    todo: [
      'Read the log of the instance: `GET /api/instances/{id}/logs`.',
      'Correct the modules, the image or the limits with `PATCH /api/instances/{id}`.',
      'If the server was only too slow, retry the operation.',
    ],
    message: 'Odoo exited with code 1. Its last log lines: …',
    hint: 'The full log of the instance has more details.',
  },
  container_missing: {
    title: 'The container of Odoo no longer exists',
    happened: 'The container was removed while oCore waited for it.',
    causes: ['Somebody removed it on the server, for example with `docker rm` or `docker system prune`.'],
    todo: [
      'Start the instance with `POST /api/instances/{id}/start`: a removed container is created again, with the same data.',
    ],
    message: 'The Odoo container no longer exists',
    hint: 'It was removed on the server; provision or configure the instance again.',
  },
  administrator_missing: {
    title: 'Odoo’s first administrator is gone',
    happened: 'A reset of the administrator’s password did not find the user with the id 2 in the database of Odoo.',
    causes: ['Somebody deleted the user in Odoo.'],
    todo: [
      'Sign in to Odoo as another administrator and set the password there.',
      'Otherwise restore the user in the database of the instance.',
    ],
    message: 'Odoo’s first administrator no longer exists in its database',
    hint: 'Sign in to Odoo as another administrator, or restore the user there.',
  },
  data_missing: {
    title: 'The data of the instance is gone',
    happened: 'A volume of the instance, with its database or its files, no longer exists on the server.',
    causes: ['Somebody removed it, for example with `docker volume prune`.', 'The server was installed again.'],
    todo: [
      'If you have a copy of the volume, restore it under the same name with its labels, and start the instance.',
      'Otherwise delete the instance and create it again.',
    ],
    message: 'The data of the instance no longer exists on the server: the database',
    hint: 'Delete the instance and create it again.',
  },
  database_error: {
    title: 'The PostgreSQL of the instance does not work',
    happened:
      'The PostgreSQL container of the instance stopped, did not start within two minutes, or refused a statement.',
    causes: [
      'The disk of the server is full.',
      'The container has too little memory.',
      'Its volume was written by another release of PostgreSQL.',
    ],
    todo: [
      'Read its log: `GET /api/instances/{id}/logs?source=postgres`.',
      'Check the disk and the memory of the server: `GET /api/servers/{id}/metrics`.',
      'Then retry the operation.',
    ],
    message: 'PostgreSQL did not start within two minutes',
    hint: 'Read the PostgreSQL log of the instance.',
  },
  database_configuration_refused: {
    title: 'PostgreSQL refuses its new configuration',
    happened: 'PostgreSQL read the parameters and refused one of them. It runs with the earlier configuration again.',
    causes: ['The release of PostgreSQL of the instance does not know the parameter, or has other bounds for it.'],
    todo: [
      'Read `message`: it has what PostgreSQL says of each parameter.',
      'Send other values with `PATCH /api/instances/{id}/database/config`.',
    ],
    message: 'PostgreSQL refuses the configuration: work_mem: invalid value',
    hint: 'Choose other values.',
  },
  database_upgrade_failed: {
    title: 'PostgreSQL could not be upgraded',
    happened:
      'The new release of PostgreSQL did not take the database, or has not what was dumped. A rehearsal leaves the instance as it is; after an upgrade, the old PostgreSQL serves again with all data.',
    causes: [
      'The image of the new release lacks an extension that the database uses, or runs another release than its tag says.',
      'The database has something that the new release refuses, or that only a superuser can restore.',
      'Somebody removed containers on the server meanwhile.',
    ],
    todo: [
      'Read `message` and the log of the operation: `GET /api/operations/{id}/logs`. It has what PostgreSQL said.',
      'Correct the cause, and rehearse the upgrade again: `POST /api/instances/{id}/database/upgrade/rehearsal`.',
    ],
    message: 'postgres:18 does not have the extension vector',
    hint: 'Drop the extension if nothing needs it, or have POSTGRES_UPGRADE_IMAGES name an image that has it.',
  },
  pooler_not_ready: {
    title: 'PgBouncer does not work',
    happened:
      'PgBouncer was started in front of PostgreSQL, and Odoo’s databases could not be reached through it within 30 seconds. If it was just enabled or changed, Odoo connects as before.',
    causes: [
      'The image of `PGBOUNCER_IMAGE` has no program `pgbouncer`, or does not run as user 70.',
      'PostgreSQL has no connection left for it: `max_connections` is used up.',
    ],
    todo: [
      'Read `message`: it has what PgBouncer or PostgreSQL says.',
      'Read the log of its container on the server: `docker logs ocore-{instance}-pooler`.',
      'Disable it with `DELETE /api/instances/{id}/database/pooler`, or enable it again with another size.',
    ],
    message: 'Odoo’s databases cannot be reached through PgBouncer: connection refused',
    hint: 'Read its log on the server with `docker logs`, or disable PgBouncer: Odoo connects to PostgreSQL itself then.',
  },
  table_missing: {
    title: 'The table does not exist',
    happened: 'A table that was to be maintained is not in the database of the instance. Those before it are done.',
    causes: ['Its name or its schema is misspelt.', 'A module of Odoo that had it was uninstalled.'],
    todo: ['Read the tables with `GET /api/instances/{id}/database/tables`, and start again with those that exist.'],
    message: 'There is no table public.sale_ordr',
    hint: 'The list of tables has the names.',
  },
  base_backup_failed: {
    title: 'The database server could not be copied',
    happened:
      'A base backup for point-in-time restores was ended before it. What was archived before stays restorable, and changes are archived further; the base backup is tried again after ten minutes.',
    causes: ['The disk of the server is full.', 'PostgreSQL was restarted or stopped meanwhile.'],
    todo: [
      'Read `message` and the PostgreSQL log of the instance: `GET /api/instances/{id}/logs?source=postgres`.',
      'Check the disk of the server: `GET /api/servers/{id}/metrics`.',
    ],
    message: 'pg_basebackup ended with exit code 1: could not write to file: No space left on device',
    hint: 'Check the disk of the server and the PostgreSQL log of the instance. It is tried again.',
  },
  archiving_behind: {
    title: 'The changes of the database are not received',
    happened:
      'Within half a minute, the receiver beside the database did not have what the database had written. Nothing is lost while PostgreSQL keeps it: the lag grows.',
    causes: [
      'The container that receives was stopped or removed on the server.',
      'The disk of the server is full or too slow.',
    ],
    todo: [
      'Read the lag: `GET /api/instances/{id}/database/point-in-time`.',
      'Start the instance again, which starts its receiver; if that was removed, enable point-in-time restores again.',
    ],
    message: 'The changes of the database are not received: its receiver is not connected, or too slow',
    hint: 'Read the status of point-in-time restores. If the receiver was removed on the server, enable them again.',
  },
  point_not_reached: {
    title: 'The point in time was not reached',
    happened:
      'PostgreSQL could not be recovered to the point in time from what was archived. The instance still has the data that it had.',
    causes: [
      'A segment of the changes is missing or damaged at the destination.',
      'The recovery needs more memory or disk than the server has.',
    ],
    todo: [
      'Read the log of the operation: it has the last lines of PostgreSQL.',
      'Choose another second, or restore a backup: `POST /api/backups/{id}/restore`.',
    ],
    message: 'PostgreSQL ended before the point in time: recovery ended before configured recovery target was reached',
    hint: 'Choose another point in time, or restore a backup.',
  },
  replica_not_connected: {
    title: 'The servers of a replica do not reach each other',
    happened: 'The replica was not created; the instance goes on as before.',
    causes: [
      'A firewall closes the port between the two servers.',
      'The server of the replica reaches the server of the instance at another address, for example in a private network.',
    ],
    todo: [
      'Open the TCP port that the message names, on the server of the instance, for the server of the replica.',
      'Or remove the replica and create it with `address`. Then create it again, or rebuild it.',
    ],
    message: 'berlin-2 does not reach 10.0.0.5:32770: [Errno 111] Connect call failed',
    hint: 'Open TCP port 32770 of berlin-1 for berlin-2, or create the replica with the address at which the one reaches the other.',
  },
  replica_not_ready: {
    title: 'The replica cannot become the primary',
    happened: 'The promotion was ended before it: Odoo and the old primary run again.',
    causes: [
      'The replica is not connected to the primary, or did not catch up with it within two minutes.',
      'The primary does not run, so that nobody can tell whether the replica has everything.',
    ],
    todo: [
      'Read `lagBytes` and `status` of the replica: `GET /api/instances/{id}/database/replicas`. Promote it when it is `online`.',
      'If the primary is lost, promote with `force`: what the replica does not have is lost then.',
    ],
    message: 'The replica is 83886080 bytes behind the primary',
    hint: 'Wait until the replica is online, or promote it with force: what it does not have is lost then.',
  },
  database_initialisation_failed: {
    title: 'Odoo could not create its database',
    happened:
      'Odoo ended with an error while it installed its modules, or left one of them out. What was created is removed again.',
    causes: [
      'The name of a module is misspelt, or the image does not have it.',
      'A module needs a Python package or a program that the image does not have.',
      'The language or the country is unknown to this release of Odoo.',
      'The container had too little memory.',
    ],
    todo: [
      'Read the log of the operation: `GET /api/operations/{id}/logs`. It has every line of Odoo.',
      'Delete the instance and create it again with other `modules`, another `image` or higher limits.',
    ],
    message: 'Odoo did not install sale_managment',
    hint: 'Check that the module names are correct and that the image contains the modules; the operation log has all lines.',
  },
  restore_failed: {
    title: 'The data could not be restored',
    happened:
      'What was to replace the data of an instance could not be loaded, or is not what was saved. The data that served before serves again.',
    causes: [
      'The backup or the file is damaged, or was made by a newer PostgreSQL than the instance has.',
      'The database needs an extension of PostgreSQL that the instance does not have.',
      'The disk of the server became full meanwhile.',
    ],
    todo: [
      'Read the log of the operation: `GET /api/operations/{id}/logs`. It has what PostgreSQL said.',
      'Correct the cause, or use another backup or file.',
    ],
    message: 'pg_restore ended with exit code 1: …',
    hint: 'The data that served before is kept. Read the log of the operation.',
  },
  file_missing: {
    title: 'The backup does not have the file',
    happened: 'Single files of a backup were to be restored, and one of them is not a file of it. Nothing was changed.',
    causes: [
      'Its path is misspelt: it is below the filestore, for example `ab/ab12…`.',
      'The file was added after the backup was taken.',
      'It is a directory or a symbolic link: only files are restored.',
    ],
    todo: ['List the files of the backup with `GET /api/backups/{id}/files`, and restore those that it has.'],
    message: 'The backup has no file ab/ab12e4f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6',
    hint: 'The list of the files of the backup has the paths.',
  },
  archive_refused: {
    title: 'The uploaded file cannot be imported',
    happened: 'The file is no backup of Odoo, is damaged, or does not fit the instance. The instance was not changed.',
    causes: [
      'It was not made by Odoo’s database manager, by `odoo db dump` or by an export of oCore.',
      'It was made by another release of Odoo, or by a newer PostgreSQL, than the instance has.',
      'It has paths that lead elsewhere, links, or far more data than its size allows.',
    ],
    todo: [
      'Read `message`: it names what is wrong with which part of the file.',
      'Make the file again with the format `zip`, and upload it again.',
    ],
    message: 'The file was made by Odoo 18.0; the instance has Odoo 19.0',
    hint: 'Upload a backup that Odoo of the same release made, in the format zip with its filestore.',
  },
  no_free_port: {
    title: 'The server has no free port for the instance',
    happened: 'All ports of the range are in use, or twenty in a row are taken by other programs.',
    causes: ['Another program uses ports of the range.', '`PORT_RANGE` is too small for the number of instances.'],
    todo: [
      'On the server, `ss -ltnp` shows which programs listen.',
      'The operator can set `PORT_RANGE` to another or wider range; then retry the operation.',
    ],
    message: 'All ports in 20000-29999 are in use on this server',
    hint: 'Delete instances, or widen PORT_RANGE.',
  },
  operation_in_progress: {
    title: 'Another operation is in progress',
    happened: 'A server was to be removed with its instances, and an operation of one of them had begun meanwhile.',
    causes: ['A change of an instance was requested at the same time.'],
    todo: ['Wait for its end or cancel it, then remove the server again.'],
    message: 'An operation of an instance on this server is still running',
    hint: 'Wait for its end or cancel it, then remove the server again.',
  },
  org_in_use: {
    title: 'The organization still has servers or instances',
    happened: 'An organization was to be deleted, and something that only its owner can remove still exists.',
    causes: ['A server or an instance was added after the deletion was requested, or could not be removed.'],
    todo: ['Remove what `message` names, then delete the organization again.'],
    message: 'Still there: berlin-1',
    hint: 'Remove these servers and instances, then delete the organization again.',
  },
  cancelled: {
    title: 'The operation was cancelled',
    happened: 'Somebody cancelled the operation. The remote work was stopped and partial results were removed.',
    causes: ['`POST /api/operations/{id}/cancel`. The [audit log](/docs/guides/audit-logs) states who sent it.'],
    todo: ['Retry it with `POST /api/operations/{id}/retry` if it is still wanted.'],
    message: 'The operation was cancelled',
    hint: null,
  },
  worker_crashed: {
    title: 'Five workers in a row stopped during this step',
    happened: 'Each worker that ran this step ended without a result. oCore does not give the step to a sixth one.',
    causes: [
      'The worker has too little memory and is ended by the kernel.',
      'A fault of oCore that this step brings about.',
    ],
    todo: [
      'Read the logs of the workers, and `dmesg` or `journalctl -k` of their machine.',
      'Fix the cause, then retry the operation.',
    ],
    message: 'Five workers in a row stopped during this step',
    hint: 'Read the logs of the workers, fix the cause, then retry the operation.',
  },
  installation_restored: {
    title: 'oCore was restored while the operation was under way',
    happened:
      'The operation waited or ran when the backup was made from which oCore was restored. Nothing tells how it ended, so it was neither repeated nor cleaned up: the server was not touched.',
    causes: [
      'The operator restored oCore from a backup. The [guide](/docs/guides/own-backup) describes what else changes.',
    ],
    todo: [
      'Wait for the next check of the server: it sets the status of the instance to what runs there.',
      'If the change did not happen, request it again.',
    ],
    message:
      'oCore was restored from a backup that was made while this operation was under way; how it ended is unknown',
    hint: 'Check the resource: its status is read from its server. Request the change again if it is still needed.',
  },
  internal_error: {
    title: 'Unexpected error in oCore',
    happened:
      'A step failed for a reason that oCore does not know. Its details may contain secrets, so that only the log of the worker has them.',
    causes: ['A fault of oCore, or of the machine on which the worker runs.'],
    todo: [
      'Find the lines with the `requestId` of the operation in the log of the worker.',
      'Retry the operation. If it fails again, report the request id.',
    ],
    message: 'Unexpected error in the control plane',
    hint: 'The worker’s log has the details under the request id of this operation.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
