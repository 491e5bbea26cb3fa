import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Validity } from '../../../common/certificate-validity.ts';
import { createLog } from '../../../common/log.ts';
import type { Watch } from '../watch.ts';
import { keepValid } from './keep-valid.ts';

// Time stands still unless a test advances it.

const DAY = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-01-01T00:00:00Z');
const day = (days: number): number => START + days * DAY;
const text = (days: number): string => new Date(day(days)).toISOString();

type Pair = Validity & { readonly name: string };
const pair = (name: string, from: number, to: number): Pair => ({
  name,
  notBefore: day(from),
  notAfter: day(to),
});

let offered: Pair | undefined;
let tell: () => void;
let changes: number;
let watch: Watch<string>;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  [offered, changes] = [undefined, 0];
  watch = keepValid<Pair, string>({
    subject: { arn: 'arn' },
    start: (onChange) => {
      tell = onChange;
      return {
        current: () => offered,
        settled: () => true,
        trouble: () => undefined,
        answeredAt: () => 7,
        close: () => undefined,
      };
    },
    validityOf: (value) => value,
    answer: ({ name }, isLastResort) => (isLastResort ? `${name}, for want of better` : name),
    log: createLog('test', 'silent'),
  })(() => void (changes += 1));
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

function offer(given: Pair): void {
  offered = given;
  tell();
}

const now = () => [watch.current(), ...(watch.warnings?.() ?? [])];

test('nothing is known at first', () => {
  expect(now()).toEqual([undefined]);
});

test('a valid certificate is in force; the next one replaces it', () => {
  offer(pair('one', -1, 90));
  expect(now()).toEqual(['one']);
  offer(pair('two', -1, 91));
  expect([...now(), watch.end?.()]).toEqual(['two', day(91)]);
});

test('an expired certificate does not replace a good one, and is reported; it did replace it, silently', () => {
  offer(pair('good', -1, 90));
  offer(pair('old', -90, -1));
  expect(now()).toEqual(['good', `what came in its place is not used: it expired at ${text(-1)}`]);
  offer(pair('new', -1, 90));
  expect(now()).toEqual(['new']);
});

test('a certificate that is not valid yet comes into force once it is valid; it did replace a good one at once', async () => {
  offer(pair('good', -1, 90));
  offer(pair('later', 2, 92));
  expect(now()).toEqual(['good', `what came in its place is not used: it is not valid before ${text(2)}`]);
  const before = changes;
  await vi.advanceTimersByTimeAsync(2 * DAY);
  expect(now()).toEqual(['later']);
  expect(changes).toBe(before + 1);
});

test('a certificate that is put back is in force without a warning', () => {
  const good = pair('good', -1, 90);
  offer(good);
  offer(pair('old', -90, -1));
  offer(good);
  expect(now()).toEqual(['good']);
});

test.each([
  ['an expired certificate', pair('bad', -90, -1), `it expired at ${text(-1)}`],
  ['a certificate that is not valid yet', pair('bad', 1, 90), `it is not valid before ${text(1)}`],
])('%s is used as a last resort if there was none before', (_, bad, why) => {
  offer(bad);
  expect(now()).toEqual(['bad, for want of better', why]);
});

test('a last resort that becomes valid is in force without reservation', async () => {
  offer(pair('later', 1, 90));
  await vi.advanceTimersByTimeAsync(DAY);
  expect(now()).toEqual(['later']);
});

test('an expiry is reported 14 days before, and when it occurs; the certificate stays in force', async () => {
  offer(pair('good', -1, 90));
  await vi.advanceTimersByTimeAsync(75 * DAY);
  expect(now()).toEqual(['good']);
  await vi.advanceTimersByTimeAsync(DAY);
  expect(now()).toEqual(['good', `it expires at ${text(90)}`]);
  await vi.advanceTimersByTimeAsync(14 * DAY);
  expect(now()).toEqual(['good', `it expired at ${text(90)}`]);
});

test('close cancels all timers', () => {
  offer(pair('good', -1, 90));
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
});
