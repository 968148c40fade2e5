import { createServer, type Server } from 'node:net';
import { portHolder } from './port-holder.ts';

/** An address on which this program cannot listen: the message says why and which variable changes it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** The sentence of a port that something else has. */
export async function takenPort(port: number, variable: string): Promise<ListenError> {
  const other = port < 65535 ? port + 1 : port - 1;
  return new ListenError(
    `Port ${port} is taken by ${await portHolder(port)}: end it, or set ${variable} to another port, such as ${variable}=${other}.`,
  );
}

async function explained(error: NodeJS.ErrnoException, host: string, port: number): Promise<Error> {
  if (error.code === 'EADDRINUSE') return takenPort(port, 'PORT');
  if (error.code === 'EACCES')
    return new ListenError(`Port ${port} is for root alone: set PORT to a port of 1024 or higher.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new ListenError(
      `${host} is not an address of this machine: set HOST to one that is, or to 0.0.0.0 for all.`,
    );
  return error;
}

/** Listens on the address of HOST and PORT. */
export async function listen(
  server: Server,
  { HOST: host, PORT: port }: { HOST: string; PORT: number },
): Promise<void> {
  const error = await new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
  if (error) throw await explained(error, host, port);
}

/** Throws where `listen` would, before anything is started. */
export async function requireFree(address: { HOST: string; PORT: number }): Promise<void> {
  const probe = createServer();
  await listen(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}
