/**
 * Opens several outputs beside each other. If one cannot be opened, ends the others, without waiting for their items.
 * @throws the first error of `open`
 */
export async function openAll<N, T extends { readonly close: (limitMs: number) => Promise<void> }>(
  names: readonly N[],
  open: (name: N) => Promise<T>,
): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(names.map(open));
  const opened = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = outcomes.find((each) => each.status === 'rejected');
  if (failed === undefined) return opened;
  await Promise.all(opened.map((output) => output.close(0)));
  throw failed.reason;
}
