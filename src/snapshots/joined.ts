import type { Repository } from './repository.ts';

const passwordFile = '/run/ocore/source-password';
const target = '/source';

const schemeOf = ({ url }: Repository): string => /^(?:s3|sftp):/.exec(url)?.[0] ?? '';

/** Whether one run of restic opens both: it takes one account of a kind of store, and one set of options. */
export function opensBoth(source: Repository, to: Repository): boolean {
  const scheme = schemeOf(source);
  if (scheme === '' || scheme !== schemeOf(to)) return true;
  const access = ({ files, options, env }: Repository): string => JSON.stringify([files, options, env]);
  return access(source) === access(to);
}

/** The repository with all that lets restic read another one beside it, as its `--from-repo`. */
export function joined(source: Repository, to: Repository): Repository {
  const [mount] = source.mounts;
  // Both may be in a directory or a volume of the server: the one that is read has a place of its own in the container.
  const url = mount ? source.url.replace(mount.Target, () => target) : source.url;
  const known = new Set(to.files.map(({ path }) => path));
  const sameAccess = schemeOf(source) !== '' && schemeOf(source) === schemeOf(to);
  return {
    ...to,
    readsFrom: source.destinationId,
    files: [
      ...to.files,
      ...source.files.filter(({ path }) => !known.has(path)),
      { path: passwordFile, content: source.password, mode: 0o400 },
    ],
    options: sameAccess ? to.options : [...to.options, ...source.options],
    env: [
      ...to.env,
      ...(sameAccess ? [] : source.env),
      `RESTIC_FROM_REPOSITORY=${url}`,
      `RESTIC_FROM_PASSWORD_FILE=${passwordFile}`,
    ],
    mounts: [...to.mounts, ...source.mounts.map((one) => ({ ...one, Target: target, ReadOnly: true }))],
  };
}
