/** The forms of values that the environment gives. */
import proxyaddr from 'proxy-addr';
import { z } from 'zod';
import { type Networks, parseNetworks } from './networks.ts';

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const duration = z
  .string()
  .regex(/^\d+(s|m|h|d)$/, 'must be a number and a unit: 90s, 15m, 1h or 30d')
  .transform(
    (text) =>
      Number(text.slice(0, -1)) *
      (new Map([
        ['s', 1],
        ['m', 60],
        ['h', 3600],
        ['d', 86400],
      ]).get(text.at(-1) ?? '') ?? Number.NaN),
  );
export const origins = z.string().transform((text, context) => {
  const all = text.split(',').map((origin) => origin.trim());
  for (const origin of all) {
    if (!/^https?:/.test(origin) || URL.parse(origin)?.origin !== origin)
      context.addIssue({
        code: 'custom',
        message: `${origin || 'an empty one'} is not an origin such as https://app.example.com`,
      });
  }
  return all;
});
export const perMinute = z.coerce.number().int().min(1).max(1_000_000_000);

/** Which proxies may say where a request came from: how many stand before the gateway, or their addresses. */
export const trustedProxies = z.string().transform((text, context): ((address: string, index: number) => boolean) => {
  if (/^\d+$/.test(text)) return (_address, index) => index < Number(text);
  try {
    return proxyaddr.compile(text.split(',').map((part) => part.trim()));
  } catch {
    context.addIssue({
      code: 'custom',
      message:
        'must be a number of proxies, or their addresses or CIDR ranges, separated by commas: 10.0.0.0/8,fd00::/8',
    });
    return () => false;
  }
});
export const networks = z
  .string()
  .default('')
  .transform((text, context): Networks => {
    const parsed = parseNetworks(text);
    if (typeof parsed !== 'string') return parsed;
    context.addIssue({ code: 'custom', message: parsed });
    return z.NEVER;
  });
/** Names of hosts, exactly. */
export const hosts = z
  .string()
  .default('')
  .transform((text, context): ReadonlySet<string> => {
    const names = text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean);
    for (const name of names)
      if (URL.parse(`https://${name}/`)?.hostname !== name)
        context.addIssue({ code: 'custom', message: `${name} is not a host such as hooks.example.com` });
    return new Set(names);
  });
/** Organizations by slug or id; `true` or `*` for all of them. */
export const organizations = z
  .string()
  .default('false')
  .transform((text) => {
    const names = text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== 'false');
    return { everybody: names.includes('true') || names.includes('*'), organizations: names };
  });
export const secret = z.string().min(32, 'must have at least 32 characters');
/** Two ports, separated by a hyphen. */
export const portRange = z
  .string()
  .regex(/^\d+-\d+$/, 'must be two ports separated by a hyphen: 20000-29999')
  .default('20000-29999')
  .transform((text, context) => {
    const [from = 0, to = 0] = text.split('-').map(Number);
    if (from < 1024 || to > 65535 || from > to) {
      context.addIssue({ code: 'custom', message: 'must be within 1024-65535, the lower port first' });
    }
    return { from, to };
  });
/** Images whose tags begin with the major release of what they run, as `postgres:18` does, behind commas. */
export const releases = z.string().transform((text, context) => {
  const all = text.split(',').map((image) => image.trim());
  for (const image of all)
    if (!/:[a-z]*\d+([.-][\w.-]*)?$/.test(image))
      context.addIssue({
        code: 'custom',
        message: `${image || 'an empty one'} is not an image whose tag begins with its release, such as postgres:18`,
      });
  return all;
});
