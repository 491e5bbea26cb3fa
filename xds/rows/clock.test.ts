import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchStalls } from '../protocol/stalls.ts';
import { makeSnapshot } from '../testing/resources.ts';
import { converse } from '../testing/stream.ts';
import { CLUSTER, LISTENER } from '../types.ts';

// The machine's clock is corrected while streams are open: no limit may become longer or shorter by that.

const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each([
  ['back', -HOUR],
  ['forward', HOUR],
])('a clock that is set %s', (_, jump) => {
  const setClock = (): void => void vi.setSystemTime(Date.now() + jump);

  test('changes nothing about how long a step waits for its ACK', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { c: '1' }, [LISTENER]: { l: '1' } }));
    c.subscribe(CLUSTER);
    c.subscribe(LISTENER);
    expect(c.said()).toEqual(['CDS +c']);
    setClock();
    vi.advanceTimersByTime(900);
    c.stream.update();
    expect(c.said()).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(c.said()).toEqual(['LDS +l']);
  });

  test('changes nothing about the time between a response and its ACK: it was negative', () => {
    const c = converse('delta', makeSnapshot({ [CLUSTER]: { c: '1' } }));
    c.subscribe(CLUSTER);
    vi.advanceTimersByTime(300);
    setClock();
    vi.advanceTimersByTime(200);
    c.settle();
    expect(c.answers.map(({ since }) => performance.now() - since)).toEqual([500]);
  });

  test('changes nothing about how long a reader may read nothing', () => {
    const stalled: string[] = [];
    const stalls = watchStalls<string>(1000, (reader) => stalled.push(reader));
    stalls.waits('first');
    vi.advanceTimersByTime(500);
    stalls.waits('second');
    setClock();
    vi.advanceTimersByTime(600);
    expect(stalled).toEqual(['first']);
    vi.advanceTimersByTime(500);
    expect(stalled).toEqual(['first', 'second']);
  });
});
