import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { signInBar } from '../sign-in/bar.ts';
import { onSession, type Session, storedSession } from '../sign-in/session.ts';
import { fetcherWith } from './fetcher.ts';
import { Filled } from './filled.ts';
import './page.css';
import { tour } from './tour.ts';
import { Values } from './values.ts';

const values = new Values();
const fetcher = fetcherWith(values);
const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const tabs = tour.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));

const place = document.getElementById('app');
const bar = document.getElementById('bar');
if (!place || !bar) throw new Error('The page is incomplete');
const root = createRoot(place);

function show(session: Session | null): void {
  const headers = session ? JSON.stringify({ 'x-org-slug': session.slug }, null, 2) : undefined;
  // Another person or organization is another GraphiQL: every tab starts with its headers. The token is the fetcher's.
  root.render(
    createElement(
      GraphiQL,
      {
        key: session ? `${session.email} ${session.slug}` : 'nobody',
        fetcher,
        plugins,
        defaultTabs: tabs,
        defaultHeaders: headers,
        storage: sessionStorage,
        shouldPersistHeaders: false,
        showPersistHeadersSettings: false,
        defaultEditorToolsVisibility: 'variables',
        inputValueDeprecation: true,
        schemaDescription: true,
      },
      createElement(GraphiQL.Footer, null, createElement(Filled, { values })),
    ),
  );
  void values.look(session).catch(() => undefined);
}

signInBar(bar, 'GraphiQL');
onSession((session, why) => {
  // Whoever must sign in again finds everything as it was.
  if (why === 'changed') show(session);
});
show(storedSession());
