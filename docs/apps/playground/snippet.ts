import type { Prepared } from './request.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A JSON text with the words that Python has for its values. */
function python(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, part]) => `${JSON.stringify(key)}: ${python(part)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** What a header says in a language whose variables hold what is secret or not chosen yet. */
function headersOf({ headers }: Prepared, needsToken: boolean): [name: string, value: string, variable: string][] {
  const shown = headers.map(([name, value]): [string, string, string] =>
    name === 'X-Org-Slug' && !value
      ? [name, '', 'org']
      : name === 'Authorization'
        ? [name, 'Bearer ', 'token']
        : [name, value, ''],
  );
  const own = shown.some(([name]) => name === 'Authorization');
  return needsToken && !own ? [['Authorization', 'Bearer ', 'token'], ...shown] : shown;
}

/** The request in the words of curl, JavaScript and Python. */
export function snippets(request: Prepared, origin: string, needsToken: boolean): Record<string, string> {
  const { method, address, body } = request;
  const headers = headersOf(request, needsToken);
  const url = origin + address;
  const curl = [
    `curl ${quoted(url)}`,
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...headers.map(([name, value, variable]) =>
      variable ? `-H "${name}: ${value}$${variable.toUpperCase()}"` : `-H ${quoted(`${name}: ${value}`)}`,
    ),
    ...(body ? [`-d ${quoted(body)}`] : []),
  ].join(' \\\n  ');
  const javascript = [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {',
    ...headers.map(
      ([name, value, variable]) =>
        `    '${name}': ${variable ? `\`${value}\${${variable}}\`` : JSON.stringify(value)},`,
    ),
    '  },',
    ...(body ? [`  body: JSON.stringify(${body.replaceAll('\n', '\n  ')}),`] : []),
    '});',
    'console.log(response.status, await response.text());',
  ].join('\n');
  const inPython = [
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    ${JSON.stringify(url)},`,
    '    headers={',
    ...headers.map(
      ([name, value, variable]) =>
        `        "${name}": ${variable ? `f"${value}{${variable}}"` : JSON.stringify(value)},`,
    ),
    '    },',
    ...(body ? [`    json=${python(parsed(body))},`] : []),
    ')',
    'print(response.status_code, response.text)',
  ].join('\n');
  return { curl, JavaScript: javascript, Python: inPython };
}
