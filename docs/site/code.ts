import { type BundledLanguage, createCssVariablesTheme, createHighlighter } from 'shiki';

const languages: BundledLanguage[] = ['bash', 'graphql', 'json', 'javascript', 'ini', 'nginx'];
/** A request to try, and commands of an operator. */
const shells = ['sh', 'shell'];
const theme = createCssVariablesTheme({ name: 'ocore', variablePrefix: '--', fontStyle: false });
const highlighter = await createHighlighter({ themes: [theme], langs: languages });

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A block of code, coloured when the page is built: classes only, as the pages' content policy allows no inline styles. */
export function codeBlock(text: string, language: string, title: string): string {
  const lang = languages.find((known) => known === (shells.includes(language) ? 'bash' : language));
  const lines = lang
    ? highlighter.codeToTokens(text.trimEnd(), { lang, theme: 'ocore' }).tokens.map((line) =>
        line
          .map((token) => {
            const kind = /--token-([\w-]+)/.exec(token.color ?? '')?.[1];
            return kind ? `<span class="tk-${kind}">${escaped(token.content)}</span>` : escaped(token.content);
          })
          .join(''),
      )
    : [escaped(text.trimEnd())];
  // In the tab order, so that a keyboard scrolls what is too wide.
  return `<figure class="code"><figcaption>${escaped(title)}</figcaption><pre tabindex="0"><code>${lines.join('\n')}</code></pre></figure>`;
}
