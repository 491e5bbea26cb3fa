import { until } from '../../lab/until.ts';

/**
 * Uses something that is valid for a few seconds, and waits until it has expired. `use` creates it with that lifetime, in milliseconds from now, and
 * returns undefined if it did not work: on a slow machine because it had expired, so the next attempt has a longer lifetime.
 * @throws Error if it did not work well before its end
 */
export async function untilExpired<T>(use: (endsIn: number) => Promise<T | undefined>): Promise<T> {
  for (let endsIn = 4000; ; endsIn *= 2) {
    const end = Date.now() + endsIn;
    const used = await use(endsIn);
    if (used === undefined) {
      if (Date.now() < end - 1000) throw new Error('it did not work, and had not expired');
      continue;
    }
    // A certificate's end has a resolution of one second.
    await until('expired', () => Date.now() > end + 1000, { limitMs: endsIn + 2000 });
    return used;
  }
}
