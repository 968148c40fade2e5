import { type Answer, Client } from '../../kit/client.ts';
import { oathtool } from '../../kit/oathtool.ts';
import type { IdentityProvider } from '../../kit/identity-provider.ts';
import type { Ocore } from '../../kit/ocore.ts';
import type { Story } from './story.ts';

export const password = 'correct horse 1';

/** Where a story plays, and who is in it. */
export interface Scene {
  story: Story;
  ocore: Ocore;
  google: IdentityProvider;
  anonymous: Client;
  /** The administrator of the installation. */
  admin: Client;
}

/** Whom an answer signed in. */
export function signedIn(ocore: Ocore, answer: Answer, email: string): Client {
  return new Client(
    ocore.url,
    answer.text('accessToken'),
    answer.text('organizations.0.slug'),
    answer.text('refreshToken'),
    email,
  );
}

/** As if a worker had taken the operation and were at it. */
export async function running(ocore: Ocore, operationId: string): Promise<void> {
  await ocore.sql("UPDATE operations SET status = 'running', lease_until = now() + interval '1 hour' WHERE id = $1", [
    operationId,
  ]);
}

/** Codes of an app: each is good once, so a later one is taken each time. */
export function codesOf(secret: string): () => string {
  let steps = -1;
  return () => {
    steps += 1;
    return oathtool(secret, steps - 1);
  };
}
