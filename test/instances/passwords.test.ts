import { expect } from 'vitest';
import { openAdminPassword, openSecrets, sealNewAdminPassword, sealNewSecrets } from '../../src/instances/sealed.ts';
import { newId } from '../../src/ids.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it('makes no password that a program takes for an option: one in 64 would begin with a hyphen', async ({ ocore }) => {
  const begins = await ocore.withSecrets(async (box) => {
    const found = new Set<string>();
    for (let n = 0; n < 400; n += 1) {
      const id = newId();
      const secrets = await openSecrets(box, { id, secretsEnc: sealNewSecrets(box, id) });
      const admin = await openAdminPassword(box, id, sealNewAdminPassword(box, id));
      for (const password of [...Object.values(secrets), admin]) found.add(password.slice(0, 1));
    }
    return found;
  });
  expect(begins).not.toContain('-');
  expect(begins.size).toBe(63);
});
