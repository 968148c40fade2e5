/**
 * The grammar of image references as the distribution project defines it: github.com/distribution/reference,
 * reference.go and regexp.go. As in Docker, the first component is a registry only if it looks like one.
 */
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const domain =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const tagged = /^(.*):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/s;
const digested = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;

const maxName = 255;

const inner = ({ source }: RegExp): string => source.replace(/^\^|\$$/g, '');
const part = inner(component);
/** The grammar as one pattern, for those who describe it; what it does not say, `parseImageReference` knows. */
export const imagePattern = new RegExp(
  `^(?:${inner(domain)}/)?${part}(?:/${part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@${inner(digested)})?$`,
);

export interface ImageReference {
  /** Registry and path, as they were written. */
  name: string;
  tag: string | undefined;
  digest: string | undefined;
}

/** The parts of an image reference; undefined when the text is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > 2 * maxName + 128) return undefined;
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !digested.test(digest))) return undefined;
  // A colon before the last slash belongs to the registry's port.
  const [, name = named, tag] = named.lastIndexOf(':') > named.lastIndexOf('/') ? (tagged.exec(named) ?? []) : [];
  return isName(name) ? { name, tag, digest } : undefined;
}

const looksLikeHost = (text: string): boolean => /[.:]/.test(text) || text === 'localhost';

/** Docker Hub, under the name that images may have it by. */
const dockerHub = 'docker.io';
const namesOfHub: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io', 'hub.docker.com']);
const canonical = (host: string): string => (namesOfHub.has(host) ? dockerHub : host);

/** The host of a registry as images name it, of what somebody typed; undefined when that is none. */
export function registryHost(text: string): string | undefined {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
  return looksLikeHost(host) && domain.test(host) ? canonical(host) : undefined;
}

/** The host of the registry that an image is pulled from; undefined when the text is no image reference. */
export function registryOfImage(text: string): string | undefined {
  const name = parseImageReference(text)?.name;
  if (name === undefined) return undefined;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  return looksLikeHost(first) ? canonical(first.toLowerCase()) : dockerHub;
}

function isName(name: string): boolean {
  if (name.length > maxName) return false;
  const [first = '', ...rest] = name.split('/');
  const isDomain = rest.length > 0 && looksLikeHost(first);
  // Sixty-four hexadecimal digits alone are the id of an image, which is another one on every server.
  if (/^[a-f0-9]{64}$/.test(name)) return false;
  return (isDomain ? domain : component).test(first) && rest.every((part) => component.test(part));
}
