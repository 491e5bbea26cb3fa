/** Compares two texts by code units, for `toSorted`: negative, 0 or positive. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
