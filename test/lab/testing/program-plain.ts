/** Needs nothing. */
export function say(): void {
  process.stdout.write('plain\n');
}
