import { expect, it } from 'vitest';
import { together } from './together.ts';

it('calls while a run is on its way share one further run, which begins after it', async () => {
  const ends: (() => void)[] = [];
  const read = together(() => new Promise<void>((resolve) => void ends.push(resolve)));
  const first = read();
  const later = [read(), read(), read()];
  expect(ends.length).toBe(1);
  ends[0]?.();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(later);
  expect(ends.length).toBe(2);
  void read();
  expect(ends.length).toBe(3);
});

it('a run that fails does not end the next one', async () => {
  let runs = 0;
  const read = together(async () => {
    runs += 1;
    await Promise.resolve();
    if (runs === 1) throw new Error('away');
  });
  const first = read();
  const next = read();
  await expect(first).rejects.toThrow('away');
  await next;
  expect(runs).toBe(2);
});
