import { invisible } from '../display-name.ts';

const longest = 60;
const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** The dots that a browser takes for one between the parts of a domain. */
const domainDot = /(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=\p{L}{2})/gu;
const scheme = /:(?=\/\/)|(?<=\b(?:mailto|tel|sms|javascript)):(?=\S)/giu;

/** One line of visible text, whatever somebody put into it. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(breaks, ' ').replace(invisible, '').replace(/ +/g, ' ').trim();
}

/**
 * A name that somebody chose, as an e-mail shows it: quoted, short, on one line, and nothing in it that a mail program
 * makes a link of. Names are checked where they are set; older rows, and those of sign-in providers, are not.
 */
export function nameInMail(name: string): string {
  const characters = [...oneLine(name).replace(/["“”„«»]/gu, '’')];
  const short = characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('');
  return `“${short
    .replace(domainDot, '[.]')
    .replace(/\bwww\./giu, 'www[.]')
    .replace(scheme, '[:]')}”`;
}
