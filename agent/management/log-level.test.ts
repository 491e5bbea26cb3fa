import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createLogLevelControl } from './log-level.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A control for an Envoy that notes each level that it is given, and fails while `isDown`. */
function control() {
  const envoy = { levels: [] as string[], isDown: false };
  const levels = createLogLevelControl({
    configured: 'info',
    resetSeconds: 300,
    set: async (level) => {
      if (envoy.isDown) throw new Error('down');
      envoy.levels.push(level);
    },
    log: createLog('test', 'silent'),
  });
  return { envoy, levels };
}

test('a level returns to the configured one after the time limit, and no other change is possible meanwhile', async () => {
  const { envoy, levels } = control();
  await levels.change('debug', false);
  expect([levels.base(), levels.isChanging()]).toEqual(['info', true]);
  await vi.advanceTimersByTimeAsync(299_000);
  expect(envoy.levels).toEqual(['debug']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(envoy.levels).toEqual(['debug', 'info']);
  expect(levels.isChanging()).toBe(false);
});

test('a permanent level is the one that later levels return to, and that the next Envoy starts with', async () => {
  const { envoy, levels } = control();
  await levels.change('debug', true);
  expect([levels.base(), levels.isChanging()]).toEqual(['debug', false]);
  levels.envoyStarts();
  expect(levels.base()).toBe('debug');
  await levels.change('trace', false);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(envoy.levels).toEqual(['debug', 'trace', 'debug']);
});

test('a new Envoy has the configured level: there is nothing to reset, and a change is possible at once', async () => {
  const { envoy, levels } = control();
  await levels.change('debug', false);
  levels.envoyStarts();
  expect(levels.isChanging()).toBe(false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(envoy.levels).toEqual(['debug']);
});

test('a reset that fails is tried again until it succeeds', async () => {
  const { envoy, levels } = control();
  await levels.change('debug', false);
  envoy.isDown = true;
  await vi.advanceTimersByTimeAsync(320_000);
  expect(levels.isChanging()).toBe(true);
  envoy.isDown = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(envoy.levels).toEqual(['debug', 'info']);
  expect(levels.isChanging()).toBe(false);
});

test('a change that Envoy does not accept changes nothing', async () => {
  const { envoy, levels } = control();
  envoy.isDown = true;
  await expect(levels.change('debug', true)).rejects.toThrow('down');
  expect([levels.base(), levels.isChanging()]).toEqual(['info', false]);
});
