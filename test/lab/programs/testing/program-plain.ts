/** Needs no package. */
export function say(): void {
  process.stdout.write('plain\n');
}
