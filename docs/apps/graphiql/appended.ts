import { type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql';

/** The most lines that are kept of a log. */
const most = 1000;

function told(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  return new Error(error.reason || 'The connection was closed. Run the subscription again.');
}

/** The results of a subscription; those of a log, which come line by line, each with the lines before it. */
export function appended(
  results: AsyncIterableIterator<FormattedExecutionResult>,
): AsyncIterableIterator<ExecutionResult> {
  const lines = new Map<string, unknown[]>();
  const withEarlier = ({ errors, ...result }: FormattedExecutionResult): ExecutionResult => {
    const problems = errors ? { errors: errors.map(({ message, ...more }) => new GraphQLError(message, more)) } : {};
    if (!result.data) return { ...result, ...problems };
    const data = Object.entries(result.data).map(([field, row]) => {
      if (!field.endsWith('Logs')) return [field, row];
      const all = [...(lines.get(field) ?? []), row].slice(-most);
      lines.set(field, all);
      return [field, all];
    });
    return { ...result, ...problems, data: Object.fromEntries(data) };
  };
  // Not a generator: one that waits for a line could not be stopped before the line comes.
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      try {
        const { done, value } = await results.next();
        return done ? { done, value } : { done: false, value: withEarlier(value) };
      } catch (error) {
        throw told(error);
      }
    },
    return: async () => {
      await results.return?.();
      return { done: true, value: undefined };
    },
  };
}
