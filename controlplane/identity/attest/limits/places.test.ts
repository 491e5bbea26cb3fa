import { afterEach, expect, it, vi } from 'vitest';
import { createPlaces, type Place, type Places } from './places.ts';

/** Takes a place of `places`; `ended` tells whether the attempt had to give way. */
function attempt(places: Places) {
  const state: { ended: boolean } = { ended: false };
  const place: Place = places.take(() => {
    state.ended = true;
    place.leave();
  });
  return { place, ended: () => state.ended };
}

it('gives a new attempt the place of the one that has waited longest, after a second', () => {
  let now = 0;
  const places = createPlaces(() => now, 2);
  const first = attempt(places);
  const second = attempt(places);
  first.place.work();
  first.place.wait();
  now = 999;
  expect(() => attempt(places)).toThrow(/too many attestations in progress/);
  now = 1000;
  const third = attempt(places);
  expect([first.ended(), second.ended(), third.ended()]).toEqual([false, true, false]);
  attempt(places);
  expect([first.ended(), third.ended()]).toEqual([true, false]);
});

it('ends no attempt that is worked on, and refuses the new one', () => {
  let now = 0;
  const places = createPlaces(() => now, 1);
  const first = attempt(places);
  first.place.work();
  now = 5000;
  expect(() => attempt(places)).toThrow(/too many attestations in progress/);
  expect(first.ended()).toBe(false);
  first.place.leave();
  // An answer that comes after its call is over.
  first.place.wait();
  expect(attempt(places).ended()).toBe(false);
});

afterEach(() => void vi.useRealTimers());

it('a clock that is set back keeps no agent out: silent clients held all places until it caught up', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  const places = createPlaces(undefined, 1);
  const silent = attempt(places);
  vi.setSystemTime(Date.now() - 3_600_000);
  await expect.poll(() => outcome(places), { interval: 100 }).toBe('taken');
  expect(silent.ended()).toBe(true);
});

function outcome(places: Places): string {
  try {
    attempt(places);
    return 'taken';
  } catch (error) {
    return String(error);
  }
}
