import { describe, expect, it, test } from 'vitest';
import { updateRecord, EMPTY_RECORD } from './connection-failures.ts';
import { endpointProblem } from './endpoint-problem.ts';

const PORT = 9080;
const NONE = { inRow: 0, recent: 0 };
const SOME = { inRow: 3, recent: 3 };
const BEFORE = { inRow: 3, recent: 0 };

describe('the problem of an endpoint', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.1'], NONE, undefined],
    ['127.0.0.1', ['0.0.0.0'], NONE, undefined],
    ['127.0.0.1', ['::'], NONE, undefined],
    ['::1', ['::'], NONE, undefined],
    ['127.0.0.1', [], NONE, 'nothing listens on 127.0.0.1:9080'],
    ['::1', [], SOME, 'nothing listens on [::1]:9080'],
    [
      '127.0.0.1',
      ['10.0.0.5'],
      NONE,
      'nothing listens on 127.0.0.1:9080, but a process listens on 10.0.0.5:9080: set DAYBREAK_APP_ADDRESS=10.0.0.5',
    ],
    [
      '::1',
      ['0.0.0.0'],
      NONE,
      'nothing listens on [::1]:9080, but a process listens on 0.0.0.0:9080: set DAYBREAK_APP_ADDRESS=127.0.0.1',
    ],
    ['127.0.0.1', ['127.0.0.1'], BEFORE, undefined],
    ['127.0.0.1', ['0.0.0.0'], SOME, 'connections to 127.0.0.1:9080 fail, although a process listens there'],
    [
      '127.0.0.1',
      ['::'],
      SOME,
      'connections to 127.0.0.1:9080 fail, although a process listens there; if it accepts only IPv6, set DAYBREAK_APP_ADDRESS=::1',
    ],
  ])('Envoy connects to %s, %j listens, failures %j', (address, listening, failures, what) => {
    const sockets = [
      { address, port: PORT + 1 },
      ...listening.map((each) => ({ address: each, port: PORT })),
    ];
    expect(endpointProblem({ cluster: 'c', address, port: PORT }, failures, sockets)).toBe(what);
  });

  test.each([
    [NONE, undefined],
    [BEFORE, 'connections to 192.0.2.1:9080 fail'],
  ])('on another host, only failed connections show a problem: %j', (failures, what) => {
    expect(endpointProblem({ cluster: 'c', address: '192.0.2.1', port: PORT }, failures, undefined)).toBe(
      what,
    );
  });
});

describe('failed connections', () => {
  it('are counted in a row', () => {
    const first = updateRecord(EMPTY_RECORD, { total: 2, failed: 2 });
    expect(first.failures).toEqual({ inRow: 2, recent: 2 });
    const second = updateRecord(first, { total: 3, failed: 3 });
    expect(second.failures).toEqual({ inRow: 3, recent: 1 });
    expect(updateRecord(second, { total: 3, failed: 3 }).failures).toEqual({ inRow: 3, recent: 0 });
  });

  it('are reset by a successful one', () => {
    const first = updateRecord(EMPTY_RECORD, { total: 2, failed: 2 });
    expect(updateRecord(first, { total: 4, failed: 3 }).failures).toEqual({ inRow: 0, recent: 0 });
  });
});
