import { describe, expect, it, test } from 'vitest';
import { nextSeen, UNSEEN } from './connection-failures.ts';
import { troubleOf } from './trouble.ts';

const PORT = 9080;
const NONE = { inRow: 0, lately: 0 };
const SOME = { inRow: 3, lately: 3 };
const BEFORE = { inRow: 3, lately: 0 };

describe('what is wrong', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.1'], NONE, undefined],
    ['127.0.0.1', ['0.0.0.0'], NONE, undefined],
    ['127.0.0.1', ['::'], NONE, undefined],
    ['::1', ['::'], NONE, undefined],
    ['127.0.0.1', [], NONE, 'nothing listens at 127.0.0.1:9080'],
    ['::1', [], SOME, 'nothing listens at [::1]:9080'],
    [
      '127.0.0.1',
      ['10.0.0.5'],
      NONE,
      'nothing listens at 127.0.0.1:9080, but something at 10.0.0.5:9080: set DAYBREAK_APP_ADDRESS=10.0.0.5',
    ],
    [
      '::1',
      ['0.0.0.0'],
      NONE,
      'nothing listens at [::1]:9080, but something at 0.0.0.0:9080: set DAYBREAK_APP_ADDRESS=127.0.0.1',
    ],
    ['127.0.0.1', ['127.0.0.1'], BEFORE, undefined],
    ['127.0.0.1', ['0.0.0.0'], SOME, 'connections to 127.0.0.1:9080 fail, although something listens there'],
    [
      '127.0.0.1',
      ['::'],
      SOME,
      'connections to 127.0.0.1:9080 fail, although something listens there; if that takes IPv6 alone, set DAYBREAK_APP_ADDRESS=::1',
    ],
  ])('Envoy connects to %s, %j listens, failures %j', (address, listening, failures, what) => {
    const sockets = [
      { address, port: PORT + 1 },
      ...listening.map((each) => ({ address: each, port: PORT })),
    ];
    expect(troubleOf({ cluster: 'c', address, port: PORT }, failures, sockets)).toBe(what);
  });

  test.each([
    [NONE, undefined],
    [BEFORE, 'connections to 192.0.2.1:9080 fail'],
  ])('on another host only connections tell: %j', (failures, what) => {
    expect(troubleOf({ cluster: 'c', address: '192.0.2.1', port: PORT }, failures, undefined)).toBe(what);
  });
});

describe('connections in vain', () => {
  it('are counted in a row', () => {
    const first = nextSeen(UNSEEN, { total: 2, failed: 2 });
    expect(first.failures).toEqual({ inRow: 2, lately: 2 });
    const second = nextSeen(first, { total: 3, failed: 3 });
    expect(second.failures).toEqual({ inRow: 3, lately: 1 });
    expect(nextSeen(second, { total: 3, failed: 3 }).failures).toEqual({ inRow: 3, lately: 0 });
  });

  it('do not count any more once one worked', () => {
    const first = nextSeen(UNSEEN, { total: 2, failed: 2 });
    expect(nextSeen(first, { total: 4, failed: 3 }).failures).toEqual({ inRow: 0, lately: 0 });
  });
});
