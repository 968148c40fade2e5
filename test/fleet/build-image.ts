import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import tar from 'tar-stream';

/** Builds an image from a Dockerfile, as users do: what it copies into a volume's directory stays, which a commit loses. */
export async function buildImage(
  docker: Docker,
  tag: string,
  dockerfile: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  const pack = tar.pack();
  pack.entry({ name: 'Dockerfile' }, dockerfile);
  for (const [name, content] of Object.entries(files)) pack.entry({ name, mode: 0o755 }, content);
  pack.finalize();
  const stream = await docker.buildImage(Readable.from([await buffer(pack)]), { t: tag, forcerm: true });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, events: { error?: string }[] | null) => {
      const failed = error?.message ?? events?.find((event) => event.error)?.error;
      if (failed) reject(new Error(failed));
      else resolve();
    });
  });
}
