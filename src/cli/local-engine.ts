import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { account, hasProgram, isRoot, saidBy } from './machine-user.ts';

const run = promisify(execFile);

/** The Docker engine of this machine, used as oCore will use it over SSH: directly, or by sudo without a password. */
export class LocalEngine {
  readonly #command: readonly string[];

  private constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** Undefined where no engine answers. Throws where one does, but not to this user. */
  static async find(socket: string): Promise<LocalEngine | undefined> {
    const direct = ['docker', '-H', `unix://${socket}`];
    // `-k`: what sudo remembers of this terminal does not help oCore, which signs in anew.
    const ways = isRoot() || !hasProgram('sudo') ? [direct] : [direct, ['sudo', '-k', '-n', ...direct]];
    const said: string[] = [];
    for (const command of ways) {
      const engine = new LocalEngine(command);
      const problem = await engine.run('version', '--format', '{{.Server.Version}}').then(
        () => undefined,
        (error: unknown) => saidBy(error),
      );
      if (problem === undefined) return engine;
      said.push(problem);
    }
    if (/permission denied/i.test(said[0] ?? '')) throw new Error(await withoutPermission());
    return undefined;
  }

  async run(...args: string[]): Promise<string> {
    const [file = '', ...rest] = [...this.#command, ...args];
    return (await run(file, rest, { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 26 })).stdout;
  }

  /** Pulls an image before the user's eyes, however long it takes; gives what the engine says when it cannot. */
  async pull(image: string): Promise<string | undefined> {
    const [file = '', ...rest] = [...this.#command, 'pull', image];
    const child = spawn(file, rest, { stdio: ['ignore', process.stdout.isTTY ? 'inherit' : 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    return code === 0 ? undefined : said.trim();
  }
}

async function withoutPermission(): Promise<string> {
  const { name } = account();
  const groups = (await run('id', ['-nG', name])).stdout.trim().split(' ');
  const [why, command] = groups.includes('docker')
    ? [`${name} is in the group docker since this shell was opened, and the shell is not`, 'newgrp docker']
    : [
        `${name} may use it neither directly nor by sudo without a password`,
        `sudo usermod -aG docker ${name} && newgrp docker`,
      ];
  return `Docker runs on this machine, but ${why}. Run this, and then the demo again:\n  ${command}`;
}
