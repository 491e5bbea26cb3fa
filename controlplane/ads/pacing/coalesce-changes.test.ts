import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../../common/log.ts';
import type { Change } from '../../mesh/resource.ts';
import { paceChanges, type Pacing } from './coalesce-changes.ts';

const log = createLog('test', 'silent');
let applied: number[][];
let streams: number;
let pacing: Pacing;

beforeEach(() => {
  vi.useFakeTimers();
  applied = [];
  streams = 1000;
  pacing = paceChanges((changes) => {
    applied.push(changes.map(({ revision }) => revision));
    return streams;
  }, log);
});
afterEach(() => {
  pacing.close();
  vi.useRealTimers();
});

function change(revision: number): Change {
  const id = { kind: 'mesh', owner: '000000000000', mesh: 'm', parent: '', name: 'm' } as const;
  return { revision, id, resource: undefined };
}

test('a single change is applied at once', () => {
  pacing.take([change(1)]);
  expect(applied).toEqual([[1]]);
});

test('changes that arrive while the proxies are busy are applied in one batch, in order', () => {
  for (let revision = 1; revision <= 4; revision += 1) pacing.take([change(revision)]);
  expect(applied).toEqual([[1]]);
  vi.runAllTimers();
  expect(applied).toEqual([[1], [2, 3, 4]]);
  pacing.take([change(5)]);
  expect(applied.at(-1)).toEqual([5]);
});

test('changes that affect few streams do not wait for each other', () => {
  streams = 5;
  for (let revision = 1; revision <= 3; revision += 1) pacing.take([change(revision)]);
  expect(applied).toEqual([[1], [2], [3]]);
});

test('a change that fails to apply does not delay later changes', () => {
  const failing = paceChanges(() => {
    throw new Error('broken');
  }, log);
  expect(() => failing.take([change(1)])).toThrow('broken');
  expect(() => failing.take([change(2)])).toThrow('broken');
  failing.close();
});

test('after close, no change is applied', () => {
  pacing.take([change(1)]);
  pacing.take([change(2)]);
  pacing.close();
  vi.runAllTimers();
  expect(applied).toEqual([[1]]);
});
