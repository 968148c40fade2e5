/** How many of a worker's slots one organization may have at once: the others always find room beside it. */
export const shareOf = (slots: number): number => Math.ceil(slots / 2);
