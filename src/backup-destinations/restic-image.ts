import type { App } from '../app.ts';
import { pullCredentials } from '../registries/index.ts';
import { ifFound, pullImage, type RemoteHost } from '../remote/index.ts';

/** Pulls the image of restic unless the server has it, for who uses it outside of an operation. */
export async function getResticImage(app: App, orgId: string, host: RemoteHost, signal: AbortSignal): Promise<void> {
  const image = app.config.RESTIC_IMAGE;
  if (await ifFound(host.docker.inspectImage(image))) return;
  await pullImage(host.docker, image, {
    signal,
    credentials: await pullCredentials(app, orgId, image),
    onProgress: () => {},
  });
}
