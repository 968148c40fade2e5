import { prepareFleet } from '../../test/fleet/fleet.ts';
import { loadStandIns, missingImages } from '../../test/fleet/stand-ins.ts';

async function registryAnswers(): Promise<boolean> {
  // An anonymous caller is answered 401: that is an answer.
  return fetch('https://registry-1.docker.io/v2/', { signal: AbortSignal.timeout(8000) }).then(
    (response) => response.status === 401 || response.ok,
    () => false,
  );
}

/** Where the public images can't be pulled, this machine makes stand-ins that keep their contracts. */
export async function provideImages(dockerSocket: string, say: (line: string) => void): Promise<void> {
  const missing = await missingImages(dockerSocket);
  if (missing.length === 0 || (await registryAnswers())) return;
  say(
    `\n${missing.join(' and ')} cannot be pulled here: Docker Hub is unreachable. Replacement images are built on this machine from`,
  );
  say('Debian’s packages of Odoo 19 and PostgreSQL 17. The first build takes a few minutes.');
  await loadStandIns(dockerSocket, await prepareFleet());
}
