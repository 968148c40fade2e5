import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SecretBox } from '../secrets/box.ts';

const shape = z.object({ postgresPassword: z.string(), odooPassword: z.string(), masterPassword: z.string() });
export type InstanceSecrets = z.infer<typeof shape>;

export const secretOwner = (instanceId: string, what: 'passwords' | 'admin' | `env:${string}`): string =>
  `instance:${instanceId}:${what}`;

/** Never begins with a `-`: entrypoints hand a password to programs that would take it for an option. */
function random(bytes: number): string {
  for (;;) {
    const password = randomBytes(bytes).toString('base64url');
    if (!password.startsWith('-')) return password;
  }
}

/** Passwords that only the machines use; each instance has its own. */
export function sealNewSecrets(box: SecretBox, instanceId: string): string {
  const secrets: InstanceSecrets = {
    postgresPassword: random(24),
    odooPassword: random(24),
    masterPassword: random(32),
  };
  return box.seal(JSON.stringify(secrets), secretOwner(instanceId, 'passwords'));
}

/** The same secrets with another password of Odoo's role. */
export async function sealOdooPassword(box: SecretBox, instance: { id: string; secretsEnc: string }): Promise<string> {
  const secrets: InstanceSecrets = { ...(await openSecrets(box, instance)), odooPassword: random(24) };
  return box.seal(JSON.stringify(secrets), secretOwner(instance.id, 'passwords'));
}

/** The same secrets for a copy of the instance with an id of its own. */
export async function copySecrets(
  box: SecretBox,
  instance: { id: string; secretsEnc: string },
  id: string,
): Promise<string> {
  return box.seal(JSON.stringify(await openSecrets(box, instance)), secretOwner(id, 'passwords'));
}

export async function openSecrets(
  box: SecretBox,
  instance: { id: string; secretsEnc: string },
): Promise<InstanceSecrets> {
  return shape.parse(JSON.parse(await box.open(instance.secretsEnc, secretOwner(instance.id, 'passwords'))));
}

export const newAdminPassword = (): string => random(15);

export function sealAdminPassword(box: SecretBox, instanceId: string, password: string): string {
  return box.seal(password, secretOwner(instanceId, 'admin'));
}

export function sealNewAdminPassword(box: SecretBox, instanceId: string): string {
  return sealAdminPassword(box, instanceId, newAdminPassword());
}

export function openAdminPassword(box: SecretBox, instanceId: string, record: string): Promise<string> {
  return box.open(record, secretOwner(instanceId, 'admin'));
}

/** Environment variables may hold secrets: only their names are readable at rest. */
export function sealEnvVars(
  box: SecretBox,
  instanceId: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, box.seal(value, secretOwner(instanceId, `env:${name}`))]),
  );
}

const sealedShape = z.record(z.string(), z.string());

export function openEnvVars(box: SecretBox, instanceId: string, sealed: unknown): Promise<string[]> {
  return Promise.all(
    Object.entries(sealedShape.parse(sealed)).map(
      async ([name, record]) => `${name}=${await box.open(record, secretOwner(instanceId, `env:${name}`))}`,
    ),
  );
}

export function envVarNames(sealed: unknown): string[] {
  return Object.keys(sealedShape.parse(sealed)).sort();
}
