import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import type { Exit } from './envoy-process/envoy-process.ts';
import { createSupervisor } from './supervisor.ts';

const LIVE = { lifecycle: 'LIVE', initialConfig: undefined, isSilent: false } as const;
const STABLE_MS = 20;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

async function endsAfter(ms: number): Promise<Exit> {
  await delay(ms);
  vi.setSystemTime(Date.now() - 3_600_000);
  return { code: 1, signal: null };
}

test('a clock that is set back does not use up the restarts of an Envoy that was LIVE for long enough', async () => {
  const stop = new AbortController();
  let starts = 0;
  const supervisor = createSupervisor({
    async start() {
      starts += 1;
      if (starts === 4) stop.abort();
      const exited = endsAfter(2 * STABLE_MS);
      return { pid: starts, exited, stop: () => exited };
    },
    watch: async (_, report) => report(LIVE),
    isLive: async () => true,
    drain: async () => ({ how: 'no traffic left' }),
    restarts: 1,
    stableMs: STABLE_MS,
    stop: { drain: stop.signal, cutShort: stop.signal },
    log: createLog('test', 'silent'),
  });
  expect(await supervisor.run()).toEqual({ kind: 'told' });
});
