import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';

/** GitHub's own rule; nothing in it can lead the address elsewhere. */
export const githubUsername = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/,
    'must be a GitHub user name: up to 39 letters, digits and single hyphens',
  );

const maxBytes = 64 * 1024;
const timeoutMs = 5000;

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxBytes) throw new Error('The response is too long');
  }
  return text;
}

/** The public keys that a GitHub user has published, one a line. */
export async function fetchGithubKeys(app: App, name: string): Promise<string[]> {
  let response: Response;
  try {
    response = await fetch(new URL(`/${name}.keys`, app.config.GITHUB_URL), {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return (await textOf(response)).split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    app.log.warn({ err: error }, 'GitHub could not be reached');
    throw new AppError('service_unavailable', 'GitHub did not return the keys; try again later');
  }
  if (response.status === 404)
    throw new AppError('not_found', `The GitHub user ${name} does not exist`, { resource: 'github_user', id: name });
  throw new AppError('service_unavailable', `GitHub responded with status ${response.status}; try again later`);
}
