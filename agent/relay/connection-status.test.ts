import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createConnectionReport } from './connection-status.ts';

const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

function reportSince(since: Date) {
  return createConnectionReport({
    log: createLog('test', 'silent'),
    since,
    hasConfiguration: () => true,
    onLost: () => undefined,
  });
}

test('a clock that is set forward makes no outage longer: the agent called itself unhealthy', () => {
  const { report, status } = reportSince(new Date());
  report('connected', '10.0.0.2:18000');
  report('disconnected', 'Error: 14 UNAVAILABLE: lost');
  vi.setSystemTime(Date.now() + HOUR);
  expect(status().disconnectedMs).toBeLessThan(HOUR);
  report('connected', '10.0.0.2:18000');
  vi.setSystemTime(Date.now() + HOUR);
  expect(status()).toMatchObject({ disconnectedMs: undefined, disconnectedSince: undefined });
  expect(status().connectedMs).toBeLessThan(HOUR);
});

test('an outage that an earlier agent began counts from there', () => {
  const since = new Date(Date.now() - HOUR);
  const { status } = reportSince(since);
  expect(status().disconnectedSince).toBe(since);
  expect(status().disconnectedMs).toBeGreaterThanOrEqual(HOUR);
});
