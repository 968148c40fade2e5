import type Docker from 'dockerode';
import { RemoteError, toRemoteError } from './errors.ts';

export interface PullProgress {
  percent: number;
  status: string;
  currentBytes: number;
  totalBytes: number;
}

interface PullEvent {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Pulls an image; progress is summed over the layers whose size is known so far. */
export async function pullImage(docker: Docker, image: string, options: { onProgress: (progress: PullProgress) => void; signal: AbortSignal }): Promise<void> {
  const layers = new Map<string, { current: number; total: number }>();
  try {
    const stream = await docker.pull(image, { abortSignal: options.signal });
    await new Promise<void>((resolve, reject) => {
      const aborted = (): void => {
        if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
        reject(new RemoteError('remote_cancelled', 'The pull was cancelled'));
      };
      options.signal.addEventListener('abort', aborted);
      docker.modem.followProgress(
        stream,
        (error: Error | null) => {
          options.signal.removeEventListener('abort', aborted);
          if (error) reject(error);
          else resolve();
        },
        (event: PullEvent) => {
          if (event.error) reject(new Error(event.error));
          if (!event.id || !event.progressDetail?.total) return;
          const done = event.status === 'Extracting' || event.status === 'Pull complete';
          const known = layers.get(event.id) ?? { current: 0, total: event.progressDetail.total };
          layers.set(event.id, { total: known.total, current: done ? known.total : (event.progressDetail.current ?? 0) });
          const sums = [...layers.values()].reduce((sum, layer) => ({ current: sum.current + layer.current, total: sum.total + layer.total }), { current: 0, total: 0 });
          options.onProgress({ percent: Math.floor((100 * sums.current) / sums.total), status: event.status ?? '', currentBytes: sums.current, totalBytes: sums.total });
        },
      );
    });
  } catch (error) {
    throw toRemoteError(error);
  }
}
