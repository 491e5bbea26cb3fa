/** Returns two to five round numbers from 0 on whose last one is at least `most`: the scale of a chart. */
export function ticksTo(most: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most, 0.01)));
  const step = [0.5, 1, 2, 5].map((each) => each * unit).find((each) => each * 4 >= most) ?? 10 * unit;
  return Array.from({ length: Math.max(2, Math.ceil(most / step) + 1) }, (_, index) => index * step);
}

/** Returns the times, in seconds, at full multiples of a round number of minutes between two times: at most four. */
export function timesBetween(first: number, last: number): number[] {
  const step = [60, 120, 300, 600, 1800, 3600].find((each) => (last - first) / each <= 4) ?? 86_400;
  const start = Math.ceil(first / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((last - start) / step) + 1) },
    (_, n) => start + n * step,
  );
}

/** Returns numbers over time as the `d` of an SVG path, with a gap for each missing number. `x`, `y`: the coordinate of a time and of a number. */
export function pathOf(
  times: readonly number[],
  row: readonly (number | null)[],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let isOpen = false;
  return times.reduce((path, time, index) => {
    const value = row[index] ?? null;
    const command = value === null ? '' : `${isOpen ? 'L' : 'M'}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = value !== null;
    return path + command;
  }, '');
}
