const WARM_UP_MS = 1000;
const MEASURED_MS = 4000;

/** The results of a load: requests per second, and the time of each in milliseconds. */
export type Load = { readonly perSecond: number; readonly times: readonly number[] };

/** Repeats `work` for five seconds, `parallel` at a time; the first second does not count. `work` gets the index of its worker. */
export async function inParallel(parallel: number, work: (index: number) => Promise<void>): Promise<Load> {
  const times: number[] = [];
  const from = performance.now() + WARM_UP_MS;
  const until = from + MEASURED_MS;
  const worker = async (index: number): Promise<void> => {
    for (;;) {
      const start = performance.now();
      if (start >= until) return;
      await work(index);
      const end = performance.now();
      if (start >= from && end <= until) times.push(end - start);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, index) => worker(index)));
  return { perSecond: (times.length * 1000) / MEASURED_MS, times };
}
