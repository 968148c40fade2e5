import type { Instance } from '../../prisma/generated/client/client.ts';
import type { StepContext } from '../operations/kind.ts';
import { type RemoteHost, unless } from '../remote/index.ts';
import type { Site } from './context.ts';
import { labelsOf, namesOf, operationLabel, partLabel } from './names.ts';

const part = 'scratch';

/** A volume beside those of the instance for what an operation needs only while it runs. */
export async function ensureScratch(
  { operation }: Pick<StepContext<unknown>, 'operation'>,
  { host, instance }: Pick<Site, 'host' | 'instance'>,
): Promise<string> {
  const name = scratchOf(instance, operation.id);
  await host.docker.createVolume({ Name: name, Labels: labelsOf(instance, part, operation.id) });
  return name;
}

export const scratchOf = (instance: Pick<Instance, 'id'>, operationId: string): string =>
  `${namesOf(instance.id).network}-scratch-${operationId}`;

/** Removes the scratch volumes of an operation; its containers must be gone. */
export async function removeScratch(
  { operation }: Pick<StepContext<unknown>, 'operation'>,
  host: RemoteHost,
): Promise<void> {
  for (const { Name } of await host.docker.listVolumes([`${operationLabel}=${operation.id}`, `${partLabel}=${part}`]))
    await unless(404, host.docker.removeVolume(Name));
}
