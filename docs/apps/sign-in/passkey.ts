import { partOf, send, type SignedIn, signedIn } from './session.ts';

/** Passkeys belong to a host name, over https or on localhost. */
export const passkeysWork = 'PublicKeyCredential' in window && isSecureContext && !/^[\d.]+$|:/.test(location.hostname);

/** Signs in with a passkey, or makes one the second step of the ticket. */
export async function signInByPasskey(
  partialToken: string | undefined,
  headers: Record<string, string> = {},
): Promise<SignedIn> {
  const options = partOf(await send('/auth/passkey/login/begin', { partialToken }), 'publicKey');
  const credential = await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(Object(options)),
  });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('No passkey was returned');
  return signedIn(await send('/auth/passkey/login/finish', credential.toJSON(), headers));
}
