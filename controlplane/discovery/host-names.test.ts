import { afterEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import type { HostAnswer } from '../../common/addresses/ask-host.ts';
import { createHostNames } from './host-names.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

function hostNames(ask: (name: string) => Promise<HostAnswer>) {
  const names = createHostNames(createLog('test', 'silent'), ask);
  closes.push(names.close);
  return names;
}

test('a watch is notified of the first answer for its name and of changes, and not of other names', async () => {
  const answers: Record<string, string[]> = { 'a.local': ['10.0.0.1'], 'b.local': ['10.0.0.2'] };
  const names = hostNames(async (name) => ({ addresses: answers[name] ?? [], ttlMs: 0 }));
  const told: string[] = [];
  const a = names.start('A.local')(() => told.push('a'));
  const b = names.start('b.local')(() => told.push('b'));
  expect([a.settled(), a.current()]).toEqual([false, undefined]);
  await expect.poll(() => [...told].toSorted()).toEqual(['a', 'b']);
  expect([a.settled(), a.current(), b.current()]).toEqual([
    true,
    { current: ['10.0.0.1'], former: [] },
    { current: ['10.0.0.2'], former: [] },
  ]);
  answers['a.local'] = ['10.0.0.3'];
  await expect.poll(a.current).toEqual({ current: ['10.0.0.3'], former: ['10.0.0.1'] });
  expect(told.filter((who) => who === 'b')).toEqual(['b']);
});

test('a failed lookup is settled, and a warning gives the reason', async () => {
  const names = hostNames(async () => Promise.reject(new Error('no such name')));
  const watch = names.start('a.local')(() => undefined);
  await expect.poll(watch.settled).toBe(true);
  expect(watch.current()).toBeUndefined();
  expect(watch.warnings?.()).toEqual(['it cannot be looked up: no such name']);
});

test.skipIf(SHORT_FORM)(
  'the wait for a resolver that does not answer is bounded, and the watch is notified',
  async () => {
    const names = hostNames(() => new Promise(() => undefined));
    let told = 0;
    const watch = names.start('a.local')(() => (told += 1));
    await expect.poll(watch.settled).toBe(true);
    expect(told).toBe(1);
  },
);
