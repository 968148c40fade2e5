import type { Repository } from '../../prisma/generated/client/client.ts';
import type { FactScope, OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate, recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { AppError, invalidState } from '../errors.ts';
import type { HostKey } from '../git/index.ts';
import { parse } from '../parse.ts';
import { acceptHostKeyInput } from './fields.ts';
import { begin } from './request.ts';
import { factAbout, getRepository, hostKeysOf, lockRepository, presentedHostKeysOf, requireQuiet } from './rows.ts';

const plain = (keys: readonly HostKey[]) => keys.map(({ type, key, fingerprint }) => ({ type, key, fingerprint }));
const fingerprints = (keys: readonly HostKey[]): string[] => keys.map(({ fingerprint }) => fingerprint).sort();

/** Whether the host is the pinned one: it has one of its keys, and none of them in another form. */
export function isSameHost(pinned: readonly HostKey[], presented: readonly HostKey[]): boolean {
  const known = new Map(pinned.map(({ type, key }) => [type, key]));
  const comparable = presented.filter(({ type }) => known.has(type));
  return comparable.length > 0 && comparable.every(({ type, key }) => known.get(type) === key);
}

/** First contact: from now on only these keys are accepted. */
export async function pinHostKeys(tx: Tx, row: Repository, keys: readonly HostKey[]): Promise<void> {
  await tx.repository.update({
    where: { id: row.id, orgId: row.orgId },
    data: { hostKeys: plain(keys), presentedHostKeys: [] },
  });
}

/** Notes host keys that are not the pinned ones, and tells of them once, however often the host presents them. */
export async function presentHostKeys(
  tx: Tx,
  scope: FactScope,
  row: Repository,
  presented: readonly HostKey[],
): Promise<void> {
  const known = fingerprints(presentedHostKeysOf(row));
  if (known.join() === fingerprints(presented).join()) return;
  await tx.repository.update({
    where: { id: row.id, orgId: row.orgId },
    data: { presentedHostKeys: plain(presented) },
  });
  await recordFact(tx, scope, {
    action: 'repository.host_key_changed',
    ...factAbout(row),
    after: { hostKeys: fingerprints(hostKeysOf(row)), presentedHostKeys: fingerprints(presented) },
  });
}

/** Accepts a key that the host presented instead of the pinned ones: exactly that one, named by the caller. */
export async function acceptRepositoryHostKey(app: App, scope: OrgScope, id: string, given: unknown) {
  await getRepository(scope, id);
  const { fingerprint } = parse(acceptHostKeyInput, given);
  return mutate(app, scope, async (mutation) => {
    const { tx, record } = mutation;
    const before = await lockRepository(tx, scope.orgId, id);
    requireQuiet(before);
    const presented = presentedHostKeysOf(before);
    if (presented.length === 0) throw invalidState('host key', 'unchanged', ['changed']);
    const accepted = presented.filter((key) => key.fingerprint === fingerprint);
    if (accepted.length === 0)
      throw new AppError('conflict', `The host presented ${fingerprints(presented).join(' and ')}, not this key`, {
        field: 'fingerprint',
        constraint: 'presented',
      });
    const pinned = hostKeysOf(before);
    await pinHostKeys(tx, before, accepted);
    await record({
      action: 'repository.host_key_accepted',
      ...factAbout(before),
      before: { hostKeys: fingerprints(pinned) },
      after: { hostKeys: fingerprints(accepted) },
    });
    return begin(mutation, before, 'repository.validation_requested');
  });
}
