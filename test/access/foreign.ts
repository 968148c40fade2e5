import { callGraphql, callRest, type Outcome } from '../kit/call.ts';
import type { Client } from '../kit/client.ts';
import {
  allFields,
  allRoutes,
  idPlaces,
  type Ids,
  requestOf,
  resourceOf,
  restRequestOf,
  type RootField,
} from '../kit/fields.ts';
import { mark, withForeign } from '../kit/two-orgs.ts';

/** Nothing of what stands behind a foreign id may come, nor anything but "not found" and "there is nothing". */
function isClosed(outcome: Outcome, root: RootField, foreign: Ids, sent: string): boolean {
  // Of an event, also that it is not kept.
  if (outcome.code === 'not_found' || outcome.code === 'cursor_expired') return true;
  if (outcome.code !== null || root.type !== 'Query') return false;
  const text = JSON.stringify(outcome.data ?? null).replaceAll(sent, '');
  return !text.includes(mark) && !Object.values(foreign).some((id) => text.includes(id));
}

export interface Findings {
  asked: number;
  /** What did not end at a closed door, in words and by name. */
  wrong: string[];
  open: Set<string>;
}

/** Puts every foreign id into every place that takes one: arguments, nested inputs, filters, subscriptions, REST paths. */
export async function probeForeign(
  client: Client,
  own: Ids,
  foreign: Ids,
  roots: (root: RootField) => boolean,
): Promise<Findings> {
  const ids = withForeign(own, foreign);
  const wrong: string[] = [];
  const open = new Set<string>();
  let asked = 0;
  // A test of one project has the same server on both sides.
  const placesOf = (root: RootField): string[] =>
    idPlaces(root).filter((place) => foreign[resourceOf(place)] !== own[resourceOf(place)]);
  const judge = async (name: string, place: string, root: RootField, run: () => Promise<Outcome>): Promise<void> => {
    asked += 1;
    const outcome = await run();
    const sent =
      Object.entries(foreign)
        .map(([, id]) => id)
        .find((id) => JSON.stringify(requestOf(root, ids, place)).includes(id)) ?? '';
    if (isClosed(outcome, root, foreign, sent)) return;
    if (outcome.code === null) open.add(name);
    wrong.push(
      `${name} with a foreign ${place}: ${outcome.status} ${outcome.code} ${outcome.message} ${JSON.stringify(outcome.data)}`,
    );
  };
  for (const root of allFields.filter(roots)) {
    for (const place of placesOf(root))
      await judge(root.name, place, root, () => callGraphql(client, requestOf(root, ids, place)));
  }
  for (const route of allRoutes.filter(({ root }) => roots(root))) {
    for (const place of placesOf(route.root)) {
      const request = restRequestOf(route, ids, place);
      if (request) await judge(route.name, place, route.root, () => callRest(client, request));
    }
  }
  return { asked, wrong, open };
}
