/**
 * `npm run demo`: says at once what stands in the way, prepares this machine and the generated files, and only then
 * loads and starts oCore (provision-demo.ts).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { requireFree } from '../listening.ts';
import { DemoMemory } from './demo-memory.ts';
import { provideImages } from './images.ts';
import { saidBy } from './machine-user.ts';
import { namedServer, type SshServer } from './named-server.ts';
import { requireSupported } from './supported.ts';
import { systemSocket, useThisMachine } from './this-machine.ts';

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InvalidArgumentError('It must be a port number.');
  return port;
}

const command = new Command('demo')
  .description('Provision a real Odoo on a server.')
  .option('--server <user@host[:port]>', 'the server to work on (default: this machine)')
  .option('--key <file>', 'the SSH private key for --server')
  .option('--docker-socket <path>', 'the socket of the server’s Docker engine', systemSocket)
  .addOption(
    new Option('--ssh-port <port>', 'the port of this machine’s SSH server')
      .env('SSH_PORT')
      .default(22)
      .argParser(portOf),
  )
  .option('--yes', 'install and start missing software on this machine without asking', false)
  .option('--once', 'stop when everything runs', false)
  .parse();
const options = z
  .object({
    server: z.string().optional(),
    key: z.string().optional(),
    dockerSocket: z.string(),
    sshPort: z.number(),
    yes: z.boolean(),
    once: z.boolean(),
  })
  .parse(command.opts());

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The server to work on; undefined for one that an earlier run registered. */
async function findServer(dataDir: string, memory: DemoMemory): Promise<SshServer | undefined> {
  if (options.server) return namedServer(options.server, options.key);
  if (memory.value?.onOtherServer) return undefined;
  const machine = { ...options, dataDir, say };
  const { server, engine } = await useThisMachine(machine);
  // Whoever names images of their own has a registry for them.
  if (!process.env['ODOO_IMAGE'] && !process.env['POSTGRES_IMAGE']) await provideImages(engine, machine);
  return server;
}

try {
  const config = readConfig(process.env);
  const memory = await DemoMemory.read(config.DATA_DIR);
  requireSupported(!options.server && !memory.value?.onOtherServer);
  await requireFree(config);
  const server = await findServer(config.DATA_DIR, memory);
  say('Preparing the API and its documentation …');
  await promisify(execFile)('npm', ['run', '-s', 'generate'], { maxBuffer: 2 ** 26 }).catch((error: unknown) => {
    throw new Error(`npm run generate failed: ${saidBy(error)}`);
  });
  const { provisionDemo } = await import('./provision-demo.ts');
  const { dockerSocket, once } = options;
  await provisionDemo({ config, memory, server, dockerSocket, once, onOtherServer: options.server !== undefined });
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
