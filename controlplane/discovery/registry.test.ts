import { expect, test } from 'vitest';
import type { Watch } from './watch.ts';
import { createRegistry, type Registry, type Start } from './registry.ts';

/** The state of a watch, which the test controls. */
type Known = { value: string | undefined; settled: boolean; closed: boolean; changed: () => void };

function world(): { readonly known: Map<string, Known>; readonly start: (key: string) => Start<string> } {
  const known = new Map<string, Known>();
  return {
    known,
    start: (key) => (changed) => {
      const state: Known = { value: undefined, settled: false, closed: false, changed };
      known.set(key, state);
      const watch: Watch<string> = {
        current: () => state.value,
        settled: () => state.settled,
        trouble: () => undefined,
        answeredAt: () => undefined,
        close: () => void (state.closed = true),
      };
      return watch;
    },
  };
}

function setUp(linger: number) {
  const { known, start } = world();
  const told: string[][] = [];
  const registry: Registry<string> = createRegistry(
    (subscribers) => void told.push([...subscribers]),
    linger,
  );
  const ask = (subscriber: string, ...keys: string[]) => {
    const session = registry.begin(subscriber);
    const values = keys.map((key) => session.ask(key, start(key)));
    return { values, due: session.end() };
  };
  const learn = (key: string, value: string): void => {
    const state = known.get(key);
    if (state === undefined) throw new Error(`nobody asked for ${key}`);
    Object.assign(state, { value, settled: true });
    state.changed();
  };
  return { registry, known, told, ask, learn, start };
}

test('each key has one watch, which notifies its subscribers', () => {
  const { ask, learn, told, known } = setUp(60_000);
  expect(ask('a', 'x', 'y')).toEqual({ values: [undefined, undefined], due: true });
  ask('b', 'y');
  learn('x', '1');
  expect(ask('a', 'x', 'y')).toEqual({ values: ['1', undefined], due: true });
  learn('y', '2');
  expect(told).toEqual([['a'], ['a', 'b']]);
  expect(ask('a', 'x', 'y')).toEqual({ values: ['1', '2'], due: false });
  expect(known.size).toBe(2);
});

test('a subscriber is not notified of changes to keys that it no longer asks for', () => {
  const { ask, learn, told, registry } = setUp(60_000);
  ask('a', 'x', 'y');
  ask('a', 'y');
  learn('x', '1');
  expect(told).toEqual([[]]);
  expect(registry.watchesOf('a').map(([key]) => key)).toEqual(['y']);
});

test('a watch without subscribers is evicted after a while, unless a subscriber comes back', async () => {
  const { ask, known, registry } = setUp(0);
  ask('a', 'x', 'y');
  ask('a');
  ask('a', 'y');
  await expect.poll(() => known.get('x')?.closed).toBe(true);
  expect(known.get('y')?.closed).toBe(false);
  expect(registry.entries().map(([key]) => key)).toEqual(['y']);
});

test('a peek starts a watch, which is evicted again', async () => {
  const { registry, known, learn, start } = setUp(0);
  expect(registry.peek('x', start('x'))).toBeUndefined();
  learn('x', '1');
  expect(registry.peek('x', start('x'))).toBe('1');
  await expect.poll(() => known.get('x')?.closed).toBe(true);
});

test('close ends all watches', () => {
  const { registry, ask, known } = setUp(60_000);
  ask('a', 'x');
  registry.close();
  expect(known.get('x')?.closed).toBe(true);
});
