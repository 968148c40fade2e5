import { z } from 'zod';
import { defineKind } from '../operations/definition.ts';
import { serverResource } from './resource.ts';

const nothing = z.object({});

export const validateServerKind = defineKind({
  kind: 'server.validate',
  resource: serverResource,
  entering: 'validating',
  onlyLooks: true,
  permission: 'manage:servers',
  retry: 'allowed',
  input: nothing,
  steps: [
    { name: 'connect', title: 'Connect over SSH and check the host key' },
    { name: 'system', title: 'Detect the operating system' },
    { name: 'privileges', title: 'Check sudo' },
    { name: 'docker', title: 'Check the Docker engine' },
    { name: 'resources', title: 'Measure CPU, memory and disk' },
    { name: 'channels', title: 'Check sessions and port forwarding' },
    { name: 'container', title: 'Run a container' },
  ],
});

export const removeServerKind = defineKind({
  kind: 'server.remove',
  resource: serverResource,
  entering: 'removing',
  permission: 'manage:servers',
  retry: 'allowed',
  // `force`: its instances are deleted with it, without contacting it.
  input: z.object({ force: z.boolean().optional() }),
  steps: [{ name: 'remove', title: 'Forget the server and its credentials' }],
});
