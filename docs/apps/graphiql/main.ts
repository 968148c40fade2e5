import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { signInBar } from '../sign-in/bar.ts';
import { type Session, storedSession } from '../sign-in/session.ts';
import { rememberingIds } from './memory.ts';
import './page.css';
import { tour } from './tour.ts';

const endpoint = new URL('/graphql', location.href);
const socket = new URL(endpoint);
socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

// Subscriptions go over a WebSocket, with the headers of the tab as its connection parameters.
const fetcher = rememberingIds(
  createGraphiQLFetcher({ url: endpoint.href, subscriptionUrl: socket.href, enableIncrementalDelivery: false }),
);
const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const tabs = tour.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));

const place = document.getElementById('app');
const bar = document.getElementById('bar');
if (!place || !bar) throw new Error('The page is incomplete');
const root = createRoot(place);

function show(session: Session | null): void {
  const headers = session
    ? JSON.stringify({ authorization: `Bearer ${session.accessToken}`, 'x-org-slug': session.slug }, null, 2)
    : undefined;
  // Another session is another GraphiQL: every tab starts with its headers.
  root.render(
    createElement(GraphiQL, {
      key: session ? `${session.accessToken} ${session.slug}` : 'nobody',
      fetcher,
      plugins,
      defaultTabs: tabs,
      initialVariables: sessionStorage.getItem('graphiql:tabState') ? undefined : tabs[0]?.variables,
      defaultHeaders: headers,
      storage: sessionStorage,
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
      defaultEditorToolsVisibility: session ? 'headers' : 'variables',
      inputValueDeprecation: true,
      schemaDescription: true,
    }),
  );
}

signInBar(bar, 'GraphiQL', show);
show(storedSession());
