import MarkdownIt, { type MarkdownIt as Markdown } from 'markdown-it';
import { codeBlock } from './code.ts';

const titles: Readonly<Record<string, string>> = {
  sh: 'REST',
  shell: 'Shell',
  graphql: 'GraphQL',
  json: 'Response',
  javascript: 'JavaScript',
  python: 'Python',
};

/** The first word of a block's info string is its language; `title=` names it; the rest is for the test that runs it. */
function languageOf(info: string): string {
  return info.trim().split(/\s+/)[0] ?? '';
}

export function idOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

export const tableStart = '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>';
export const tableEnd = '</table></div>';

export function makeMarkdown(): Markdown {
  const markdown = new MarkdownIt({ html: true, typographer: false });
  markdown.renderer.rules['fence'] = (tokens, index) => {
    const token = tokens[index];
    if (!token) return '';
    const language = languageOf(token.info);
    const name = /title=(\S+)/.exec(token.info)?.[1]?.replaceAll('_', ' ') ?? titles[language] ?? language;
    const kept = [...(/save=(\S+)/.exec(token.info)?.[1] ?? '').matchAll(/(\w+):([\w.]+)/g)].map(
      ([, variable, path]) => `${variable ?? ''} = .${path ?? ''}`,
    );
    const title = [name, ...kept].join(' · ');
    const block = codeBlock(token.content, language, title);
    const languageAt = (place: number): string | undefined =>
      tokens[place]?.type === 'fence' ? languageOf(tokens[place].info) : undefined;
    // The same thing over REST and GraphQL stands side by side.
    if (language === 'sh' && languageAt(index + 1) === 'graphql') return `<div class="pair">${block}`;
    if (language === 'graphql' && languageAt(index - 1) === 'sh') return `${block}</div>\n`;
    return `${block}\n`;
  };
  markdown.renderer.rules['heading_open'] = (tokens, index) => {
    const text = tokens[index + 1]?.content ?? '';
    return `<${tokens[index]?.tag ?? 'h2'} id="${idOf(text)}">`;
  };
  markdown.renderer.rules['heading_close'] = (tokens, index) => {
    const id = idOf(tokens[index - 1]?.content ?? '');
    return ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></${tokens[index]?.tag ?? 'h2'}>\n`;
  };
  // Wider than a phone: a table scrolls by itself, by keyboard as well.
  markdown.renderer.rules['table_open'] = () => `${tableStart}\n`;
  markdown.renderer.rules['table_close'] = () => `${tableEnd}\n`;
  return markdown;
}
