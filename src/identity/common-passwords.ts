import { dictionary } from '@zxcvbn-ts/language-common';

const common: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/** Whether it is among the passwords that attackers try first, also with a year or a few signs behind it. */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  return common.has(text) || common.has(text.replace(/[^\p{L}]{1,5}$/u, ''));
}
