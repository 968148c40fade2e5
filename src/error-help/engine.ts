import type { OperationErrorHelp } from './help.ts';

/** What the Docker engine of a server refuses or lacks. */
export const engineHelp = {
  docker_unavailable: {
    title: 'The Docker engine does not respond',
    happened:
      'The server was reached, but nothing answers at the socket of its Docker engine. oCore tries again by itself while an operation runs.',
    causes: [
      'Docker is not installed or not running.',
      'The engine listens on another socket, as a rootless one does.',
      'The engine is being restarted or updated.',
    ],
    todo: [
      'On the server, run `systemctl status docker` and `docker version`.',
      'Start it with `systemctl enable --now docker`; the reason of a failed start is in `journalctl -u docker`.',
      'If it has another socket, set `dockerSocket` of the server with `PATCH /api/servers/{id}`.',
    ],
    message: 'The Docker engine is not running: there is no socket /var/run/docker.sock',
    hint: 'Install or start Docker on the server (systemctl start docker).',
  },
  docker_permission: {
    title: 'The SSH user may not use Docker',
    happened: 'The Docker engine runs, but its socket is closed to the SSH user, and sudo does not open it.',
    causes: ['The user is not in the group `docker`.', 'sudo asks for a password, or does not know the user.'],
    todo: [
      'Add the user to the group with `usermod -aG docker USER`, or allow it sudo without a password.',
      'Validate the server again. oCore signs in anew, so the new group counts at once.',
    ],
    message: 'The SSH user may not use the Docker socket /var/run/docker.sock, and sudo asks for a password',
    hint: 'Add the SSH user to the docker group, or give it sudo without a password.',
  },
  docker_error: {
    title: 'The Docker engine refused a request',
    happened:
      'The Docker engine answered a request with an error that no other code describes, or with something that is not valid.',
    causes: [
      'The engine was killed and still holds parts of containers that ran then.',
      'Its storage is damaged, or the kernel lacks something that containers need.',
      'The image does not exist for the architecture of the server.',
      'Something else than a Docker engine answers at the socket.',
    ],
    todo: [
      'Read `message`: it is what the engine said.',
      'Read the log of the engine on the server: `journalctl -u docker`.',
      'If nothing else helps, restart Docker with `systemctl restart docker`, then retry the operation.',
    ],
    message: 'failed to create task for container: OCI runtime create failed',
    hint: 'The Docker engine refused the request; its message gives the reason.',
  },
  port_in_use: {
    title: 'A port of the server is taken',
    happened: 'A container could not be started, because another program listens on its port.',
    causes: ['A program or a container that is not of oCore uses a port of `PORT_RANGE`.'],
    todo: [
      'On the server, `ss -ltnp` shows which program listens on the port.',
      'End it, or retry the operation.',
      'The operator can set `PORT_RANGE` to a range that nothing else uses.',
    ],
    message: 'Bind for 0.0.0.0:20000 failed: port is already allocated',
    hint: 'Another program on the server uses the port.',
  },
  address_pool_exhausted: {
    title: 'Docker has no addresses left for another network',
    happened: 'Each instance has a network of its own, and all address ranges of the Docker engine are in use.',
    causes: ['An engine with its default settings has ranges for about 30 networks.'],
    todo: [
      'Remove networks that nothing uses: `docker network prune`.',
      'Or add `{"default-address-pools":[{"base":"10.201.0.0/16","size":24}]}` to `/etc/docker/daemon.json` and restart Docker: that is 256 networks.',
      'Then retry the operation.',
    ],
    message: 'all predefined address pools have been fully subnetted',
    hint: 'Remove unused networks (docker network prune), or give the engine more ranges, as in {"default-address-pools":[{"base":"10.201.0.0/16","size":24}]} in /etc/docker/daemon.json, and restart Docker.',
  },
  disk_full: {
    title: 'The disk of the server is full',
    happened: 'The disk on which the Docker engine keeps its data has too little free space. A validation needs 3 GB.',
    causes: [
      'Old images and volumes fill the disk.',
      'A database or a filestore of an instance has grown.',
      'Logs of other programs fill the disk.',
    ],
    todo: [
      'On the server, `df -h` and `docker system df` show what uses the space.',
      '`docker image prune` removes images without a tag that nothing uses. Do not prune volumes: they hold the data of stopped instances.',
      'Or enlarge the disk. Then validate the server again.',
    ],
    message: 'Only 0.8 GiB of disk is free; at least 3.0 GiB is needed',
    hint: 'Free space on the server’s disk and try again.',
  },
  image_not_found: {
    title: 'The image does not exist or cannot be reached',
    happened: 'The registry does not know the image, or does not show it to this server.',
    causes: [
      'The name or the tag is misspelt.',
      'The image is private, and the organization has no credentials for its registry.',
      'The server cannot reach the registry.',
    ],
    todo: [
      'On the server, run `docker pull IMAGE`.',
      'For a private image, add the [credentials of its registry](/docs/guides/registries).',
      'Correct the image with `PATCH /api/instances/{id}`, or retry the operation.',
    ],
    message: 'manifest for odoo:91.0 not found: manifest unknown: manifest unknown',
    hint: 'Check the name and tag of the image, and that the server can reach its registry. A private image needs the credentials of its registry.',
  },
  registry_auth_failed: {
    title: 'The registry refused the credentials',
    happened:
      'The registry of the image asks for credentials, or does not accept those that the organization has for it.',
    causes: [
      'The organization has no credentials for exactly this registry.',
      'The token has expired, was revoked, or may not read this image.',
    ],
    todo: [
      'Add or correct the credentials: [Registries](/docs/guides/registries).',
      'Try them on another machine: `docker login REGISTRY`, then `docker pull IMAGE`.',
      'Then retry the operation.',
    ],
    message: 'unauthorized: authentication required',
    hint: 'Add or correct the credentials of the registry (POST /registries), then try again.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
