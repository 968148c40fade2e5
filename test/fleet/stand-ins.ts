import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { importOf, replacements } from '../../src/cli/replacement-images/list.ts';

const run = promisify(execFile);

/** Imports the locally made stand-ins for the public images, unless the engine has them already. */
export async function loadStandIns(socket: string, images: string): Promise<void> {
  const known = await new Docker({ socketPath: socket }).listImages();
  for (const standIn of replacements) {
    const isThere = known.some(
      (image) => image.RepoTags?.includes(standIn.tag) && image.Labels?.['sh.ocore.images'] === images,
    );
    if (!isThere) await run('docker', ['-H', `unix://${socket}`, ...importOf(standIn, images)]);
  }
}
