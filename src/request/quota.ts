import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Access, Actor } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Client } from '../access/client.ts';
import { networkOf, refuse, type Usage, windowSeconds } from '../limits/index.ts';
import { addressOf } from './client.ts';

/** draft-ietf-httpapi-ratelimit-headers, where a request can count against several quotas, and the older X-RateLimit headers of one. */
function tell(response: ServerResponse | null, usage: Usage): void {
  if (!response || response.headersSent) return;
  const add = (header: string, item: string): void => {
    const before = response.getHeader(header);
    response.setHeader(header, before === undefined ? item : `${String(before)}, ${item}`);
  };
  if (usage.exceeded || !response.hasHeader('X-RateLimit-Limit')) {
    response.setHeader('X-RateLimit-Limit', usage.quota);
    response.setHeader('X-RateLimit-Remaining', usage.remaining);
    response.setHeader('X-RateLimit-Reset', Math.ceil(Date.now() / 1000) + usage.reset);
  }
  add('RateLimit-Policy', `"${usage.name}";q=${usage.quota};w=${windowSeconds}`);
  add('RateLimit', `"${usage.name}";r=${usage.remaining};t=${usage.reset}`);
}

function check(response: ServerResponse | null, usage: Usage): void {
  tell(response, usage);
  if (usage.exceeded) throw refuse(usage);
}

/** Counts a request before anybody knows whose it is; says nothing of it until it is too many. */
export function countAddress(app: App, address: string | null, response: ServerResponse | null): void {
  const usage = app.limits.useByAddress('address', address);
  if (usage.exceeded) check(response, usage);
}

const quotaOf = (actor: Actor): 'api_key' | 'account' => (actor.type === 'api_key' ? 'api_key' : 'account');

/** Refuses somebody who is known already and has nothing left, before the database is asked about them again. */
export function refuseExceeded(app: App, { actor }: Access): void {
  if (!actor?.id) return;
  const usage = app.limits.standing(quotaOf(actor), actor.id);
  if (usage.exceeded) throw refuse(usage);
}

/** Counts a request of who it turned out to come from: an account, an API key, or nobody (null: its credentials were wrong). */
export function countRequest(app: App, access: Access | null, client: Client, response: ServerResponse | null): void {
  const actor = access?.actor;
  check(
    response,
    actor?.id ? app.limits.use(quotaOf(actor), actor.id) : app.limits.useByAddress('anonymous', client.ipAddress),
  );
}

/** Counts the cost of a GraphQL operation, beside the request that brought it. */
export function countCost(
  app: App,
  access: Access,
  client: Client,
  cost: number,
  response: ServerResponse | null,
): void {
  check(response, app.limits.use('graphql_cost', access.actor?.id ?? networkOf(client.ipAddress), Math.ceil(cost)));
}

/** Before anything is read of a request. */
export function limitAddress(app: App): RequestHandler {
  return (request, response, next) => {
    countAddress(app, addressOf(app.config, request), response);
    next();
  };
}
