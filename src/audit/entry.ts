import type { Actor } from '../access/access.ts';
import type { Client } from '../access/client.ts';
import { Prisma, type PrismaClient, type Tx } from '../database/database.ts';
import type { EventData, EventName } from '../events/catalogue/catalogue.ts';
import { newId } from '../ids.ts';
import { masked } from './masked.ts';

type Json = Prisma.InputJsonValue;

export interface Entry {
  /** null: of an account, or of the installation. */
  orgId: string | null;
  action: EventName;
  resourceType: string;
  resourceId: string | null;
  resourceName: string | null;
  actor: Actor;
  before?: Json | undefined;
  after?: Json | undefined;
}

/** What the catalogue wants said of an event of this name, as the last arguments of a function. */
export type Said<Name extends EventName> = [keyof EventData<Name>] extends [never] ? [] : [data: EventData<Name>];

/** The only writer of the audit log. */
export async function writeEntry(
  tx: Tx | PrismaClient,
  client: Client,
  { actor, before, after, ...rest }: Entry,
): Promise<void> {
  const { ipAddress, userAgent, requestId } = client;
  const administrator = actor.administrator ?? client.administrator;
  await tx.auditEntry.create({
    data: {
      id: newId(),
      ...rest,
      actorType: actor.type,
      actorId: actor.id,
      actorName: actor.name,
      administratorId: administrator?.id ?? null,
      administratorName: administrator?.name ?? null,
      ipAddress,
      userAgent,
      requestId,
      beforeState: before === undefined ? Prisma.DbNull : masked(before),
      afterState: after === undefined ? Prisma.DbNull : masked(after),
    },
  });
}
