import { errorHelp, isOperationErrorCode, operationErrorHelp } from '../../src/error-help/index.ts';
import { type ErrorCode, errorTable } from '../../src/errors.ts';

const addressOf = (code: string): string => `https://ocore.example.com/docs/errors/${code}`;
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);

function operationError(code: keyof typeof operationErrorHelp) {
  const { message, hint, ...help } = operationErrorHelp[code];
  const error = { code, message, hint, docUrl: addressOf(code) };
  return { code, ...help, example: pretty({ status: 'failed', error }) };
}

/** What the pages of request errors show. A code that operations have as well is told of both. */
export function requestErrors() {
  return Object.keys(errorTable)
    .filter(isErrorCode)
    .map((code) => {
      const { example, ...help } = errorHelp[code];
      const rest = { request_id: 'req_Zk3vT1x8cQ0pLw5n', doc_url: addressOf(code) };
      return {
        code,
        ...errorTable[code],
        ...help,
        rest: pretty({ error: { code, ...example, ...rest } }),
        graphql: pretty({
          errors: [{ message: example.message, extensions: { code, details: example.details, ...rest } }],
        }),
        operation: isOperationErrorCode(code) ? operationError(code) : undefined,
      };
    });
}

/** What the pages of operation errors show. */
export function operationErrors() {
  return Object.keys(operationErrorHelp)
    .filter(isOperationErrorCode)
    .sort()
    .map((code) => ({ ...operationError(code), isRequestError: isErrorCode(code) }));
}
