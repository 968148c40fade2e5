import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** HTML that is safe to send: made by `html`, which escapes every value that is not such HTML itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);
const escaped = (value: string): string => value.replace(/[&<>"']/g, (sign) => entities.get(sign) ?? sign);

export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const text = (value: string | Html | readonly Html[] | undefined): string =>
    value === undefined
      ? ''
      : value instanceof Html
        ? value.text
        : typeof value === 'string'
          ? escaped(value)
          : value.map((one) => one.text).join('');
  return new Html(parts.map((part, index) => part + text(values[index])).join(''));
}

const style = `:root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--soft:#566173;--line:#dde2ea;--edge:#7d8899;--tint:#f6f7fa;--accent:#6b3fd4;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#12161d;--ink:#e4e8ef;--soft:#9aa6b8;--line:#28303d;--edge:#6b778a;--tint:#191f29;--accent:#b79cff;--on:#1b1230;--bad:#ffb4ab}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper)}
a{color:var(--accent)}header{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;padding:.75rem 1.25rem;border-bottom:1px solid var(--line);font-size:.92rem}
header a{text-decoration:none}header .logo{font-weight:750;font-size:1.1rem}header nav{display:flex;gap:1.1rem;margin-left:auto}header nav a{color:var(--soft)}
main{max-width:34rem;margin:0 auto;padding:2.25rem 1.25rem 4rem;overflow-wrap:break-word}h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
label{display:block;margin:1rem 0 .25rem;font-weight:550}input{font:inherit;color:inherit;width:100%;padding:.55rem .7rem;border:1px solid var(--edge);border-radius:8px;background:var(--paper)}input[readonly]{background:var(--tint);color:var(--soft)}
button,.button{display:inline-block;font:inherit;font-weight:550;margin-top:1.1rem;padding:.55rem 1.2rem;border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on);text-decoration:none;cursor:pointer}
.quiet{background:transparent;color:var(--accent)}.row{display:flex;flex-wrap:wrap;gap:0 .75rem;align-items:center}.row form{margin:0}.soft,small{color:var(--soft)}small{display:block;margin-top:.25rem;font-size:.9rem}[hidden]{display:none}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.4rem 1.25rem;margin:1rem 0}dt{color:var(--soft)}dd{margin:0;min-width:0}.list{padding:0;list-style:none}.list li{padding:.55rem 0;border-bottom:1px solid var(--line)}
code{font:.9em ui-monospace,Menlo,Consolas,monospace;background:var(--tint);padding:.1em .35em;border-radius:5px}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--tint);padding:1rem;border-radius:8px}
.error,.note{margin:0 0 1.25rem;padding:.7rem 1rem;border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:8px;background:var(--tint)}.error{border-left-color:var(--bad);color:var(--bad)}.error p,.note p{margin:0}.error p+p,.note p+p{margin-top:.5rem}
a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}@media(max-width:30rem){main{padding-top:1.5rem}form button,main .button{width:100%;text-align:center}.row>*{flex:1 1 100%}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}`;
const styleHash = createHash('sha256').update(style).digest('base64');

export interface Page {
  title: string;
  body: Html;
  status?: number;
  /** Where its form may lead besides this origin: browsers ask that of redirects, too. */
  formTarget?: string;
  /** The address of a script of ours, for what forms cannot do. */
  script?: string | undefined;
}

/** What every page of a response has around it. */
interface Frame {
  brand?: { name: string; logoUrl: string | null };
  /** Who works here on behalf of whom. */
  impersonation?: { administrator: string; person: string; until: Date };
}

const frames = new WeakMap<object, Frame>();

export function frameOf(response: object): Frame {
  return frames.get(response) ?? {};
}

/** Tells the pages of a response what they have around them. */
export function framePage(response: object, more: Frame): void {
  frames.set(response, { ...frameOf(response), ...more });
}

const policyOf = ({ formTarget, script }: Page, logoUrl: string | null): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `img-src 'self'${logoUrl ? ` ${new URL(logoUrl).origin}` : ''}`,
    ...(script ? ["script-src 'self'", "connect-src 'self'"] : []),
    `form-action 'self'${formTarget ? ` ${formTarget}` : ''}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * Sends a page that loads nothing from elsewhere, runs nothing of its own, cannot be framed and is not kept. Its address may
 * hold a token: other pages are told its origin at most. Without that, browsers would not say where its forms come from.
 */
export function sendPage(response: Response, page: Page): void {
  const { title, body, status = 200, script } = page;
  const { brand = { name: 'oCore', logoUrl: null }, impersonation } = frameOf(response);
  const name = html`${brand.name}`.text;
  const logo = brand.logoUrl ? html`<img src="${brand.logoUrl}" alt="" height="24"> `.text : '';
  const banner = impersonation
    ? html`<div class="note" role="status"><p>${impersonation.administrator}, an administrator, works here on behalf of ${impersonation.person} until ${impersonation.until.toUTCString()}.</p></div>`
        .text
    : '';
  response.status(status);
  response.setHeader('Content-Security-Policy', policyOf(page, brand.logoUrl));
  response.setHeader('Referrer-Policy', 'strict-origin');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Frame-Options', 'DENY');
  response.type('html').send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title === 'oCore' ? name : `${escaped(title)} – ${name}`}</title><link rel="icon" href="/docs/icon.svg" type="image/svg+xml"><style>${style}</style>${script ? `<script type="module" src="${escaped(script)}"></script>` : ''}</head>
<body><header><a class="logo" href="/">${logo}${name}</a><nav aria-label="Parts"><a href="/docs/">Docs</a><a href="/docs/api">REST</a><a href="/graphql">GraphiQL</a></nav></header>
<main>${banner}<h1>${title === 'oCore' ? name : escaped(title)}</h1>
${body.text}</main></body></html>
`);
}
