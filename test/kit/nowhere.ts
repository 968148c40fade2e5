import type { Client } from './client.ts';

/** A server at which nobody listens, but for its name. */
export const nowhere = {
  host: '127.0.0.1',
  port: 1,
  sshUser: 'root',
  authMethod: 'password',
  sshPassword: 'unused',
};

/** Registers one; gives the id of its validation. A worker says a few times that nobody is there, and then it fails. */
export async function operationNowhere(client: Client, name: string): Promise<string> {
  return (await client.post('/servers', { name, ...nowhere })).text('operationId');
}
