import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

interface Listener {
  inode: string;
  uid: string;
}

/** The fields of a line of /proc/net/tcp, from proc(5): 1 local address, 3 state (0A: listens), 7 uid, 9 inode. */
async function listenersOn(port: number): Promise<Listener[]> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(suffix))
    .map((fields) => ({ uid: fields[7] ?? '', inode: fields[9] ?? '' }));
}

async function hasOpen(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function userName(uid: string): Promise<string> {
  const accounts = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  return accounts.find((fields) => fields[2] === uid)?.[0] ?? uid;
}

/** Who listens on a TCP port of this machine, as far as Linux shows it to this process. */
export async function portHolder(port: number): Promise<string> {
  const listeners = await listenersOn(port);
  const sockets = new Set(listeners.map(({ inode }) => `socket:[${inode}]`));
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of listeners.length > 0 ? pids : []) {
    if (!(await hasOpen(pid, sockets))) continue;
    // Of the names of a process, this one is its program's: `comm` is what its first thread calls itself.
    const program = basename(await readlink(`/proc/${pid}/exe`).catch(() => 'a program'));
    return `${program.replace(/ \(deleted\)$/, '')} (process ${pid})`;
  }
  // The files of other users' processes are theirs alone; whose a socket is, is for everyone to see.
  const [first] = listeners;
  return first ? `a program of the user ${await userName(first.uid)}` : 'another program';
}
