import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { account } from './machine-user.ts';

export interface SshServer {
  host: string;
  port: number;
  user: string;
  privateKey: string;
}

/** A server that the user named as `[user@]host[:port]`, with the key given or the usual one. */
export async function namedServer(text: string, keyFile: string | undefined): Promise<SshServer> {
  const match = /^(?:([^@]+)@)?([^:@]+)(?::(\d+))?$/.exec(text);
  if (!match?.[2]) throw new Error('--server must look like user@host or user@host:port');
  const candidates = keyFile
    ? [keyFile]
    : ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));
  const found = candidates.find((file) => existsSync(file));
  if (!found) throw new Error(`There is no private key at ${candidates.join(' or ')}; set one with --key`);
  return {
    host: match[2],
    port: Number(match[3] ?? 22),
    user: match[1] ?? account().name,
    privateKey: await readFile(found, 'utf8'),
  };
}
