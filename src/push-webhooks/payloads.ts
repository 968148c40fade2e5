import { z } from 'zod';
import { isRefName, isSha } from '../git/index.ts';
import type { Push } from './delivery.ts';

const longestName = 200;

const sha = z
  .string()
  .refine(isSha, 'must be the name of a commit')
  .transform((text) => (/^0+$/.test(text) ? undefined : text));
const refName = z.string().refine(isRefName, 'must be a name that Git takes');
/** Hosts know persons by several names, and some have none. */
const person = z
  .string()
  .nullish()
  .transform(
    (text) =>
      text
        ?.replaceAll(/\p{C}+/gu, ' ')
        .trim()
        .slice(0, longestName)
        .toWellFormed() || undefined,
  );

/** A full name, such as refs/heads/main; null of what is neither a branch nor a tag. */
const fullRef = z.string().transform((text, context): Pick<Push, 'kind' | 'name'> | null => {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/s.exec(text) ?? [];
  if (kind === undefined) return null;
  if (!isRefName(name)) context.addIssue({ code: 'custom', message: 'must be a name that Git takes' });
  return { kind: kind === 'heads' ? 'branch' : 'tag', name };
});

const one = { ref: fullRef, before: sha, after: sha };
const pushOf = (
  {
    ref,
    before,
    after,
  }: { ref: Pick<Push, 'kind' | 'name'> | null; before: string | undefined; after: string | undefined },
  pushedBy: string | undefined,
): Push[] => (ref ? [{ ...ref, before, after, pushedBy }] : []);

/** One branch or tag in each delivery. `deleted` is told by `after`, too. */
export const githubPush = z
  .object({ ...one, pusher: z.object({ name: person }).nullish() })
  .transform((push) => pushOf(push, push.pusher?.name));
export const gitlabPush = z
  .object({ ...one, user_name: person, user_username: person })
  .transform((push) => pushOf(push, push.user_name ?? push.user_username));
export const giteaPush = z
  .object({ ...one, pusher: z.object({ full_name: person, login: person, username: person }).nullish() })
  .transform((push) => pushOf(push, push.pusher?.full_name ?? push.pusher?.login ?? push.pusher?.username));

const mostChanges = 1000;
const cloudRef = z.object({
  type: z.string(),
  name: refName,
  target: z.object({ hash: z.string().refine(isSha, 'must be the name of a commit') }),
});

/** Bitbucket Cloud: any number of branches and tags. */
export const bitbucketPush = z
  .object({
    actor: z.object({ display_name: person, nickname: person }).nullish(),
    push: z.object({
      changes: z.array(z.object({ new: cloudRef.nullish(), old: cloudRef.nullish() })).max(mostChanges),
    }),
  })
  .transform(({ actor, push }) =>
    push.changes.flatMap(({ new: after, old: before }): Push[] => {
      const ref = after ?? before;
      if (!ref || !['branch', 'tag', 'annotated_tag'].includes(ref.type)) return [];
      return [
        {
          kind: ref.type === 'branch' ? 'branch' : 'tag',
          name: ref.name,
          before: before?.target.hash,
          after: after?.target.hash,
          pushedBy: actor?.display_name ?? actor?.nickname,
        },
      ];
    }),
  );

/** Bitbucket on a server of one's own. */
export const bitbucketServerPush = z
  .object({
    actor: z.object({ displayName: person, name: person }).nullish(),
    changes: z.array(z.object({ ref: z.object({ id: fullRef }), fromHash: sha, toHash: sha })).max(mostChanges),
  })
  .transform(({ actor, changes }) =>
    changes.flatMap(({ ref, fromHash, toHash }) =>
      pushOf({ ref: ref.id, before: fromHash, after: toHash }, actor?.displayName ?? actor?.name),
    ),
  );
