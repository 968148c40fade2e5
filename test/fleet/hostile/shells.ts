import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marks } from '../../../src/remote/script.ts';

const honest = {
  os_name: 'Debian GNU/Linux',
  os_version: '12',
  kernel: 'Linux 6.1.0',
  architecture: 'x86_64',
  cpu_cores: '4',
  ram_kb: '8000000',
  disk_kb: '80000000',
  disk_available_kb: '60000000',
  user_id: '0',
  sudo: 'root',
};
const factsWith = (changed: Record<string, string>): string =>
  Object.entries({ ...honest, ...changed })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

export interface HostileShell {
  readonly name: string;
  /** What every command seems to print; or what runs instead of it. */
  readonly says?: string | Buffer;
  readonly runs?: string;
  /** Whether the server may be found fit: odd, but no harm. */
  readonly harmless?: true;
}

/** What a server's shell may do with the script that asks what the server is. */
export const shells: readonly HostileShell[] = [
  { name: 'prints without end', runs: 'yes' },
  { name: 'prints one line without end', runs: "tr '\\0' x </dev/zero" },
  { name: 'prints random bytes without end', runs: 'cat /dev/urandom' },
  { name: 'prints errors without end', runs: 'yes >&2' },
  { name: 'begins, and prints without end', runs: 'echo ocore-begin; yes' },
  { name: 'begins, and ends at once', runs: 'echo ocore-begin' },
  { name: 'begins, and ends with what is no number', runs: 'echo ocore-begin; echo; echo ocore-end 1e400' },
  { name: 'ends before it begins', runs: 'echo; echo ocore-end 0; echo ocore-begin' },
  { name: 'ends at once without a word', runs: 'true' },
  { name: 'ends with 255', runs: 'exit 255' },
  { name: 'is killed', runs: 'kill -9 $$' },
  { name: 'greets and prints nothing more', says: 'Welcome!\n' },
  { name: 'prints NUL in the name of the system', says: factsWith({ os_name: 'Debian\u0000GNU' }) },
  {
    name: 'prints bytes that are not UTF-8',
    says: Buffer.concat([
      Buffer.from('os_name='),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(factsWith({ user_id: '0' }).slice(factsWith({}).indexOf('\n') + 1)),
    ]),
    harmless: true,
  },
  {
    name: 'prints escapes of a terminal',
    says: factsWith({ os_version: '\u001b[2J\u001b[31m12\u202e' }),
    harmless: true,
  },
  { name: 'has a name of 500 kB', says: factsWith({ os_name: 'x'.repeat(500_000) }), harmless: true },
  ...['1e400', '1e30', '-1', 'NaN', 'Infinity', '0x10', '99999999999999999999999999', '1.5e9.5'].map(
    (value): HostileShell => ({
      name: `has ${value} kB of memory`,
      says: factsWith({ ram_kb: value }),
      harmless: true,
    }),
  ),
  ...['1e400', '1e30', '2.5', '99999999999'].map(
    (value): HostileShell => ({
      name: `has ${value} CPU cores`,
      says: factsWith({ cpu_cores: value }),
      harmless: true,
    }),
  ),
  { name: 'has 1e300 kB of disk', says: factsWith({ disk_kb: '1e300', disk_available_kb: '1e300' }), harmless: true },
  { name: 'prints a million pairs', says: `${'a=b\n'.repeat(240_000)}${factsWith({})}`, harmless: true },
  {
    name: 'prints the names of prototypes',
    says: `__proto__=x\nconstructor=y\ntoString=z\n${factsWith({})}`,
    harmless: true,
  },
  { name: 'says that it is no Linux', says: factsWith({ kernel: 'Plan 9' }) },
];

/** The command for `authorized_keys` that plays the shell. */
export async function commandOf(shell: HostileShell, dir: string, index: number): Promise<string> {
  const file = join(dir, `shell-${index}`);
  await writeFile(
    file,
    shell.says === undefined
      ? `${shell.runs}\n`
      : Buffer.concat([Buffer.from(marks.begin), Buffer.from(shell.says), Buffer.from(`${marks.end}0\n`)]),
  );
  return shell.says === undefined ? `sh ${file}` : `cat ${file}`;
}

/** Honest until it is asked how the server does. */
export async function commandForMetrics(metrics: string, dir: string, index: number): Promise<string> {
  const file = join(dir, `metrics-${index}`);
  await writeFile(
    file,
    `case "$SSH_ORIGINAL_COMMAND" in *loadavg*) echo ocore-begin; ${metrics}\necho; echo ocore-end 0;; *) eval "$SSH_ORIGINAL_COMMAND";; esac\n`,
  );
  return `sh ${file}`;
}

export const metrics: readonly { name: string; runs: string }[] = [
  { name: 'without end', runs: 'yes' },
  { name: 'of random bytes', runs: 'head -c 1000000 /dev/urandom' },
  {
    name: 'beyond all numbers',
    runs: 'sed s/$/e400/ <<.\nload1=1\nload5=1\nload15=1\ncpu_total=1\ncpu_idle=1\nram_kb=1\nram_available_kb=1\ndisk_kb=1\ndisk_used_kb=1\ndisk_available_kb=1\nnet_rx=1\nnet_tx=1\nuptime=1\n.\n',
  },
  {
    name: 'too large for the database',
    runs: 'sed s/$/e30/ <<.\nload1=1\nload5=1\nload15=1\ncpu_total=1\ncpu_idle=1\nram_kb=1\nram_available_kb=1\ndisk_kb=1\ndisk_used_kb=1\ndisk_available_kb=1\nnet_rx=1\nnet_tx=1\nuptime=1\n.\n',
  },
];
