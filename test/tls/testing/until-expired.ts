import { until } from '../../lab/until.ts';

/**
 * Uses what is valid for a few seconds, and waits until it is no longer. `use` makes it with that end, in milliseconds from
 * now, and answers undefined where it did not work: on a slow machine because it was too late, so then the next lives longer.
 * @throws Error where it did not work well before its end
 */
export async function untilExpired<T>(use: (endsIn: number) => Promise<T | undefined>): Promise<T> {
  for (let endsIn = 4000; ; endsIn *= 2) {
    const end = Date.now() + endsIn;
    const used = await use(endsIn);
    if (used === undefined) {
      if (Date.now() < end - 1000) throw new Error('it did not work, and had not expired');
      continue;
    }
    // A certificate's end is a whole second.
    await until('expired', () => Date.now() > end + 1000, { limitMs: endsIn + 2000 });
    return used;
  }
}
