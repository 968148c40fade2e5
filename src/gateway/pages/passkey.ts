import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { html, type Html } from '../../request/html-page.ts';

const manifest = resolve(import.meta.dirname, '../../../docs/dist/apps/manifest.json');
const entries = z.record(z.string(), z.object({ file: z.string() }));
let known: string | undefined;

/** The script of the passkey buttons, which `npm run generate` made with the documentation; none where it did not. */
export function passkeyScript(): string | undefined {
  if (known === undefined && existsSync(manifest)) {
    const file = entries.parse(JSON.parse(readFileSync(manifest, 'utf8')))['pages/main.ts']?.file;
    known = file && `/docs/${file}`;
  }
  return known;
}

/** Forms cannot ask for a passkey: the button is hidden until the script is there and finds that it can. */
export function passkeyButton({ ticket = '', next }: { ticket?: string; next: string }, text: string): Html {
  return html`<p class="error" id="problem" role="alert" hidden></p><button type="button" class="quiet" id="passkey" data-ticket="${ticket}" data-next="${next}" hidden>${text}</button>`;
}
