/** Returns the name of the file with the answer for a path. */
export function fileOf(path: string): string {
  return `${path.replaceAll(/[^\w-]/g, '_')}.json`;
}
