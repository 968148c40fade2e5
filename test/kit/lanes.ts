/** Runs the work for all, at most so many at a time, in their order. */
export function inLanes<T, R>(items: readonly T[], lanes: number, work: (item: T) => Promise<R>): Promise<R>[] {
  const results = items.map(() => Promise.withResolvers<R>());
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      const result = results[index];
      if (item !== undefined && result) await work(item).then(result.resolve, result.reject);
    }
  };
  for (let index = 0; index < lanes; index += 1) void lane();
  // Whoever asks for a result hears of its failure; until then it is no unhandled one.
  for (const { promise } of results) promise.catch(() => {});
  return results.map(({ promise }) => promise);
}
