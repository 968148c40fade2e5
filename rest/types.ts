import type { Route } from './route.ts';

/** The types that a route's response can have; those without a body have none, and need none to be accepted. */
export function typesOf({ answer, stream }: Route): readonly string[] {
  if (answer.as === 'nothing' || answer.as === 'redirect' || answer.as === 'upload') return [];
  if (answer.as === 'bytes') return [answer.contentType];
  if (answer.as === 'file') return answer.contentTypes;
  return ['application/json', ...(stream ? ['text/event-stream'] : [])];
}
