import { z } from 'zod';
import type { OrgEvent } from '../events/read.ts';

export const formats = ['raw', 'slack', 'discord', 'teams'] as const;
export type Format = (typeof formats)[number];

/** The most characters of a name or a detail in a message for people. */
const longest = 200;
/** Discord takes 2,000 characters of text. */
const longestText = 1900;

const details = z.record(z.string(), z.unknown());

/** One sentence: what happened, to what, by whom. `plain` makes what users wrote harmless in the format. */
function sentence({ type, resourceType, resourceName, actorName }: OrgEvent, plain: (text: string) => string): string {
  const short = (text: string): string => plain([...text.replace(/\s+/gu, ' ')].slice(0, longest).join(''));
  const what = resourceName === null ? resourceType.replaceAll('_', ' ') : short(resourceName);
  return `${type}: ${what}${actorName === null ? '' : ` (by ${short(actorName)})`}`;
}

/** The simple values of an event's data, one on a line: enough for people to know whether to look. */
function lines({ data }: OrgEvent, plain: (text: string) => string): string[] {
  return Object.entries(details.safeParse(data).data ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [plain(`${name}: ${[...String(value)].slice(0, longest).join('')}`)]
      : [],
  );
}

/** Characters that are markup in the messages of Discord and Teams. */
const withoutMarkdown = (text: string): string => text.replace(/[\\`*_~|>#[\]()<@]/g, '\\$&');
const withoutSlackMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The same words for people, up to a length that every receiver takes. */
function message(event: OrgEvent, plain: (text: string) => string): string {
  return [sentence(event, plain), ...lines(event, plain)].join('\n').slice(0, longestText).toWellFormed();
}

/** What an endpoint is sent of an event. The same event gives the same body, whenever it is made. */
export function bodyOf(format: Format, event: OrgEvent): string {
  switch (format) {
    case 'slack':
      return JSON.stringify({ text: message(event, withoutSlackMarkup) });
    case 'discord':
      // Nobody is notified because of a name that reads @everyone.
      return JSON.stringify({ content: message(event, withoutMarkdown), allowed_mentions: { parse: [] } });
    case 'teams':
      return JSON.stringify({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              body: [
                { type: 'TextBlock', wrap: true, weight: 'bolder', text: sentence(event, withoutMarkdown) },
                ...lines(event, withoutMarkdown).map((text) => ({ type: 'TextBlock', wrap: true, text })),
              ],
            },
          },
        ],
      });
    case 'raw': {
      const { id, actorId: userId, actorName: userName, ...rest } = event;
      const {
        type,
        projectId,
        resourceType,
        resourceId,
        resourceName,
        actorType,
        administratorName,
        requestId,
        data,
        createdAt,
      } = rest;
      const about = { id, type, projectId, resourceType, resourceId, resourceName };
      const told = { ...about, actorType, userId, userName, administratorName, requestId, data, createdAt };
      return JSON.stringify({ type, timestamp: createdAt, data: told });
    }
  }
}
