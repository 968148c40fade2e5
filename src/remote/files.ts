import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { DockerEngine } from './docker/engine.ts';
import { RemoteError } from './errors.ts';
import { collect } from './http.ts';
import { ifFound } from './missing.ts';

/** The longest file that is read, with the archive around it. */
const maxFileBytes = 256 * 1024;
/** As much of an archive as holds the headers of its first entries. */
const firstBytes = 8 * 1024;

export interface PlacedFile {
  path: string;
  content: string;
  mode: number;
  uid: number;
  gid: number;
}

/** Puts one file into a container, started or not. */
export async function putFile(docker: DockerEngine, container: string, file: PlacedFile): Promise<void> {
  const pack = tar.pack();
  pack.entry({ name: file.path.replace(/^\//, ''), mode: file.mode, uid: file.uid, gid: file.gid }, file.content);
  pack.finalize();
  await docker.putArchive(container, await buffer(pack));
}

/** The text of a file in a container, started or not; undefined where there is no such file. */
export async function readFile(docker: DockerEngine, container: string, path: string): Promise<string | undefined> {
  const body = await archiveOf(docker, container, path);
  if (!body) return undefined;
  const archive = tar.extract();
  archive.end(await collect(body, maxFileBytes, 'fail'));
  return readable(async () => {
    for await (const entry of archive)
      return entry.header.type === 'file' ? (await buffer(entry)).toString('utf8') : undefined;
    return undefined;
  });
}

/** Whether there is a directory of that path in a container, started or not, with anything in it. */
export async function hasFiles(docker: DockerEngine, container: string, path: string): Promise<boolean> {
  const body = await archiveOf(docker, container, path);
  if (!body) return false;
  const archive = tar.extract();
  archive.end(await collect(body, firstBytes, 'cut'));
  return readable(async () => {
    let entries = 0;
    for await (const entry of archive) {
      entries += 1;
      // The first is the directory itself. What follows may be a large file, which is not read.
      if (entries === 2) return true;
      entry.resume();
    }
    return false;
  });
}

function archiveOf(docker: DockerEngine, container: string, path: string): Promise<Readable | undefined> {
  return ifFound(docker.getArchive(container, path));
}

/** What a server sends as an archive may be none. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RemoteError('docker_error', 'The Docker engine’s archive is not valid', { cause: error });
  }
}
