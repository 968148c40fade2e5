import { pick, useGraphiQL } from '@graphiql/react';
import { createElement, type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { storedSession } from '../sign-in/session.ts';
import { isFound, openNames, type Values } from './values.ts';

/** Says below the response what the variables of the tab will be, and opens them where something must be written. */
export function Filled({ values }: { values: Values }): ReactNode {
  const { tabs, activeTabIndex, responseEditor } = useGraphiQL(pick('tabs', 'activeTabIndex', 'responseEditor'));
  useSyncExternalStore(values.subscribe, values.version);
  const session = storedSession();
  const tab = tabs[activeTabIndex];
  const names = openNames(tab?.variables ?? '');
  const mustWrite = names.some((name) => !isFound(name));

  useEffect(() => {
    if (mustWrite) document.querySelector<HTMLElement>('button[data-name=variables]:not(.active)')?.click();
  }, [mustWrite]);

  // A log is read at its end.
  const isLog = /\blogs\b/i.test(tab?.operationName ?? '');
  useEffect(() => {
    if (!isLog) return;
    const following = responseEditor?.onDidChangeModelContent(() =>
      responseEditor.revealLine(responseEditor.getModel()?.getLineCount() ?? 1),
    );
    return () => following?.dispose();
  }, [isLog, responseEditor]);

  if (names.length === 0) return null;
  return createElement(
    'dl',
    { className: 'filled' },
    names.map((name) => {
      const known = values.find(name, session);
      const text = isFound(name) ? known?.name || known?.id || 'none yet' : 'write it in the variables';
      return createElement(
        'div',
        { key: name },
        createElement('dt', null, name),
        createElement('dd', { title: known?.id, className: known ? undefined : 'open' }, text),
      );
    }),
  );
}
