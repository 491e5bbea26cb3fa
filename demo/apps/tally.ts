/** The number of responses of each color. */
export type Tally = {
  add(color: string): void;
  clear(): void;
  /** Returns each color's share, rounded to two decimals. Colors are in the order of their first response. */
  shares(): Record<string, number>;
};

/** Creates an empty tally. */
export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    add: (color) => void counts.set(color, (counts.get(color) ?? 0) + 1),
    clear: () => counts.clear(),
    shares() {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return Object.fromEntries(
        [...counts].map(([color, count]) => [color, Math.round((count / total) * 100) / 100]),
      );
    },
  };
}
