import { expect, test } from 'vitest';
import { wheelFactor } from './wheel-factor.ts';

/** The zoom after `count` equal events. */
function after(count: number, deltaY: number, more: { deltaMode?: number; ctrlKey?: boolean } = {}): number {
  return wheelFactor({ deltaY, deltaMode: 0, ctrlKey: false, ...more }) ** count;
}

test('a pinch of a trackpad zooms by about as much as the fingers move apart; it went to the end of the scale at once', () => {
  // Half a second of a pinch to the double distance: 30 events, a hundred pixels together.
  const apart = after(30, -100 / 30, { ctrlKey: true });
  expect(apart).toBeGreaterThan(1.8);
  expect(apart).toBeLessThan(3.5);
  expect(after(30, 100 / 30, { ctrlKey: true })).toBeCloseTo(1 / apart);
});

test('many small turns of a trackpad zoom as one large turn of a wheel', () => {
  expect(after(25, -4)).toBeCloseTo(after(1, -100));
});

test.each([
  ['pixels, in Chrome', -100, { deltaMode: 0 }],
  ['more pixels, on Windows', -120, { deltaMode: 0 }],
  ['three lines, in Firefox', -3, { deltaMode: 1 }],
  ['a page', -1, { deltaMode: 2 }],
  ['with Ctrl', -100, { ctrlKey: true }],
])('one step of a wheel is one step of the map: %s', (_, deltaY, more) => {
  expect(after(1, deltaY, more)).toBeCloseTo(1.12);
});

test('a turn to the side alone zooms nothing', () => {
  expect(after(1, 0)).toBe(1);
});
