function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Times of the same work by hand and by oCore. The first round only warms the page cache. */
export class Times {
  readonly #goal: number;
  readonly #hand: number[] = [];
  readonly #ours: number[] = [];

  constructor(goal: number) {
    this.#goal = goal;
  }

  /** In turns: both meet the same machine. */
  async take(round: number, byHand: () => Promise<unknown>, own: () => Promise<unknown>): Promise<void> {
    const [hand, ours] = [await timed(byHand), await timed(own)];
    if (round === 0) return;
    this.#hand.push(hand);
    this.#ours.push(ours);
  }

  say(say: (line: string) => void, what: string): void {
    const [hand, ours] = [median(this.#hand), median(this.#ours)];
    say(
      `${what}: by hand ${(hand / 1000).toFixed(1)} s, oCore ${(ours / 1000).toFixed(1)} s (medians of ${this.#ours.length})`,
    );
    say(`oCore / by hand  ${(ours / hand).toFixed(2)}x  (goal <= ${this.#goal}x)`);
  }
}
