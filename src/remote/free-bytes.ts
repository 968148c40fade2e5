import type { DockerEngine } from './docker/engine.ts';
import { execInContainer } from './exec.ts';

/** How much is free where a directory of a running container is. */
export async function freeBytes(
  docker: DockerEngine,
  container: string,
  directory: string,
  signal: AbortSignal,
): Promise<number> {
  const { stdout } = await execInContainer(docker, container, ['df', '-Pk', directory], { signal });
  return Number(/\s(\d+)\s+\d+%/.exec(stdout)?.[1]) * 1024;
}
