/** What Git is told in its environment, where neither other users nor the list of processes show it. */
export type Environment = Readonly<Record<string, string>>;
export type Setting = readonly [name: string, value: string];

/** They differ from what Git does by itself: it runs nothing of a repository, stays within bounds, and checks what it is sent. */
const settings: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.bigFileThreshold', '16m'],
  ['core.packedGitWindowSize', '16m'],
  ['core.packedGitLimit', '256m'],
  ['core.deltaBaseCacheLimit', '64m'],
  ['pack.threads', '1'],
  ['pack.windowMemory', '64m'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  // A pack as it is, instead of thousands of small files.
  ['fetch.unpackLimit', '1'],
  ['fetch.writeCommitGraph', 'false'],
  ['transfer.fsckObjects', 'true'],
  // Old programs wrote these; they do no harm.
  ['fetch.fsck.badTimezone', 'ignore'],
  ['fetch.fsck.missingSpaceBeforeDate', 'ignore'],
  ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
  ['transfer.credentialsInUrl', 'die'],
  ['transfer.bundleURI', 'false'],
  ['protocol.version', '2'],
  ['protocol.ext.allow', 'never'],
  ['protocol.file.allow', 'never'],
  ['credential.helper', ''],
  ['log.showSignature', 'false'],
  ['i18n.logOutputEncoding', 'UTF-8'],
  // Otherwise the credentials would go where the host says.
  ['http.followRedirects', 'false'],
  ['http.proxy', ''],
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '30'],
];

/** The environment of a run of Git: nothing of the machine, of its user or of this process has a say in it. */
export function environment(options: {
  /** A private directory. */
  home: string;
  /** The repository that it works in. */
  repository?: string | undefined;
  protocols?: 'ssh' | 'https' | undefined;
  settings?: readonly Setting[];
  more?: Environment;
}): Environment {
  const all = [...settings, ...(options.settings ?? [])];
  const entries = all.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    HOME: options.home,
    XDG_CONFIG_HOME: options.home,
    TMPDIR: options.home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_FLUSH: '1',
    // Where it works on what is here, no protocol at all.
    GIT_ALLOW_PROTOCOL: options.protocols ?? 'none',
    ...(options.repository === undefined ? {} : { GIT_DIR: options.repository }),
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(entries),
    ...options.more,
  };
}
