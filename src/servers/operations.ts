import { z } from 'zod';
import { defineOperation } from '../jobs/kind.ts';

const nothing = z.object({});

export const validateServer = defineOperation({
  kind: 'server.validate',
  resourceType: 'server',
  input: nothing,
  steps: [
    { name: 'connect', title: 'Connect over SSH and check the host key' },
    { name: 'system', title: 'Detect the operating system' },
    { name: 'resources', title: 'Measure CPU, memory and disk' },
    { name: 'privileges', title: 'Check sudo' },
    { name: 'docker', title: 'Check the Docker engine' },
  ],
});

export const removeServer = defineOperation({
  kind: 'server.remove',
  resourceType: 'server',
  input: nothing,
  steps: [{ name: 'remove', title: 'Forget the server and its credentials' }],
});
