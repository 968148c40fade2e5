import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const isRoot = (): boolean => process.getuid?.() === 0;

/** The account of this process, from the system's own list: `$HOME` and `$USER` may be those of somebody else. */
export function account(): { name: string; home: string } {
  try {
    const { username, homedir } = userInfo();
    return { name: username, home: homedir };
  } catch {
    throw new Error(
      `The user id ${process.getuid?.()} has no account on this machine, so that oCore cannot sign in as it over SSH. Run the demo as a user that has one, or use another server with --server user@host.`,
    );
  }
}

/** The places of a system's own programs are missing in the PATH of many users. */
export function hasProgram(name: string): boolean {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return places.some((place) => place !== '' && existsSync(join(place, name)));
}

/** What a program that failed said of it: its last lines. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = 'stderr' in error ? String(error.stderr).trim() : '';
  if (text !== '') return text.split('\n').slice(-3).join('\n');
  // Node's own message of a failed command is the command again.
  return 'code' in error && typeof error.code === 'number' ? `it ended with code ${error.code}` : error.message;
}

/** sudo takes the environment away; what leads to the packages and images stays. */
const kept = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'OCORE_CACHE'];

/** On a terminal sudo asks for the password there; elsewhere nobody could answer. */
function bySudo(program: string, args: readonly string[]): [string, string[]] {
  if (isRoot()) return [program, [...args]];
  const given = kept.filter((name) => process.env[name] !== undefined);
  const options = [
    ...(process.stdin.isTTY ? [] : ['-n']),
    ...(given.length > 0 ? [`--preserve-env=${given.join(',')}`] : []),
  ];
  return ['sudo', [...options, '--', program, ...args]];
}

/** Runs a program as root, and gives what it printed. */
export async function asRoot(program: string, ...args: string[]): Promise<string> {
  const [file, all] = bySudo(program, args);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  try {
    return (await run(file, all, { env, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    throw new Error(`${[program, ...args].join(' ')} failed: ${saidBy(error)}`);
  }
}

/** Throws, with what the user can run as root in its place, when this process cannot become root. */
export async function requireRoot(instead: string): Promise<void> {
  if (isRoot()) return;
  const manual = `Run this as root, and then the demo again:\n  ${instead}`;
  if (!hasProgram('sudo')) throw new Error(`This needs root, and there is no sudo here. ${manual}`);
  const [file, args] = bySudo('true', []);
  await run(file, args, { env: { ...process.env, LC_ALL: 'C' } }).catch((error: unknown) => {
    throw new Error(`This needs root, and sudo refuses ${account().name}: ${saidBy(error)}\n${manual}`);
  });
}
