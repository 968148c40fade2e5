import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON value; texts need double quotes',
  InvalidNumberFormat: 'the number is not valid',
  PropertyNameExpected: 'the name of a field is expected, in double quotes',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is expected',
  CloseBracketExpected: 'a closing bracket is expected',
  EndOfFileExpected: 'nothing more is expected after the value',
  InvalidCommentToken: 'comments are not JSON',
  UnexpectedEndOfString: 'the text has no closing quote',
  InvalidUnicode: 'the escape sequence is not valid',
  InvalidEscapeCharacter: 'the escape sequence is not valid',
  InvalidCharacter: 'a control character must be escaped, such as \\n',
};

export interface JsonPlace {
  line: number;
  column: number;
  problem: string;
}

/** Where a text stops being JSON, and why; nothing of the text itself, which may hold a password. */
function jsonPlace(text: string): JsonPlace | undefined {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return undefined;
  const lines = text.slice(0, first.offset).split(/\r\n|\r|\n/);
  return {
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    problem: words[printParseErrorCode(first.error)] ?? 'this is not expected',
  };
}

/** The same in one sentence, and in the details of an error. */
export function notJson(what: string, text: unknown): { message: string; details: Record<string, number> } {
  const place = typeof text === 'string' ? jsonPlace(text) : undefined;
  if (!place) return { message: `${what} is not valid JSON`, details: {} };
  const { line, column, problem } = place;
  return {
    message: `${what} is not valid JSON: line ${line}, column ${column}: ${problem}`,
    details: { line, column },
  };
}
