export const batch = 5000;

/** Deletes what `deleteSome` finds, in statements of bounded size, until a batch is not full any more. */
export async function deleteInBatches(signal: AbortSignal, deleteSome: () => Promise<number>): Promise<void> {
  while ((await deleteSome()) === batch) signal.throwIfAborted();
}
