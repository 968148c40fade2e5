import { setTimeout as sleep } from 'node:timers/promises';
import { findContainer, namesOf, type Site } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { containerLogs, execInContainer, type RemoteHost } from '../remote/index.ts';

const longestMs = 600_000;

/** Prints the status of the login page, which loads the whole registry. Nothing outside reaches it: it is asked from inside. */
const ask = `if command -v curl >/dev/null 2>&1
then curl -s -o /dev/null -m 120 -w '%{http_code}' http://127.0.0.1:8069/web/login
else python3 -c 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8069/web/login", timeout=120).status)'
fi`;

async function lastLines(host: RemoteHost, name: string): Promise<string> {
  const lines: string[] = [];
  for await (const { line } of containerLogs(host.docker, name, { follow: false, tail: 5 })) lines.push(line);
  return lines.join('\n');
}

/** Waits until Odoo answers with its login page. `code`: that of the operation when it does not. */
export async function waitForLogin(
  { signal }: Pick<StepContext<unknown>, 'signal'>,
  { host, instance }: Site,
  code: 'restore_test_failed' | 'odoo_not_healthy' = 'restore_test_failed',
): Promise<void> {
  const name = namesOf(instance.id).odoo;
  const end = performance.now() + longestMs;
  let said = 'no answer';
  while (performance.now() < end) {
    const asked = await execInContainer(host.docker, name, ['sh', '-c', ask], { signal, timeoutMs: 150_000 }).catch(
      (error: unknown) => {
        if (signal.aborted || host.closed) throw error;
        return undefined;
      },
    );
    if (asked?.stdout.trim() === '200') return;
    said = asked?.stdout.trim() || said;
    const info = await findContainer(host, name);
    if (!info?.State.Running)
      throw new StepError(
        code,
        `Odoo ended with exit code ${info?.State.ExitCode ?? -1} over the restored data. Its last log lines:\n${info ? await lastLines(host, name) : ''}`,
        'Read the log of the operation.',
      );
    await sleep(500, undefined, { signal });
  }
  throw new StepError(
    code,
    `Odoo did not answer at /web/login within ten minutes (${said}). Its last log lines:\n${await lastLines(host, name)}`,
    'Read the log of the operation.',
  );
}
