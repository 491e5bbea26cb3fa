import { describe, expect, test } from 'vitest';
import type { Asked } from './asked.ts';
import { drainRefusal } from './drain-call.ts';
import { readLevelChange } from './logging-call.ts';
import { parseQuery } from './query.ts';
import { readStatsQuery } from './stats-call.ts';

// The rules of App Mesh's management API, with the words of its agent at the beginning of each refusal.

const get = (query: string): Asked => ({ method: 'GET', body: 0, query });
const post = (query: string): Asked => ({ method: 'POST', body: 0, query });
const refused = (line: string) => ({ status: 400, line: expect.stringContaining(line) as unknown });

describe('POST /drain_listeners', () => {
  test.each([
    post('?inboundonly'),
    post('?inboundonly='),
    post('?inboundonly=1'),
    post('?&inboundonly&'),
  ])('accepts %o', (asked) => expect(drainRefusal(asked)).toBeUndefined());

  test.each<[Asked, string]>([
    [get('?inboundonly'), 'Invalid method [GET] in request'],
    [{ ...post('?inboundonly'), body: 5 }, 'Unexpected content in request. Body size [5]'],
    [{ ...post('?inboundonly'), body: 'unknown' }, 'Unexpected content in request. Body size [unknown]'],
    [post(''), 'Unexpected number of query parameters specified in request: [0]'],
    [post('?inboundonly&graceful'), 'Unexpected number of query parameters specified in request: [2]'],
    [post('?graceful'), 'Unexpected query parameters specified in request [graceful]'],
    [post('?inboundonly;graceful'), 'Unable to parse queries in URL: invalid semicolon separator in query'],
    [post('?inboundonly=%zz'), 'Unable to parse queries in URL: invalid URL escape "%zz"'],
  ])('refuses %o', (asked, line) => expect(drainRefusal(asked)).toEqual(refused(line)));
});

describe('POST /enableLogging', () => {
  test.each<[string, object]>([
    ['?level=debug', { level: 'debug', permanent: false }],
    ['?level=warning', { level: 'warning', permanent: false }],
    ['?level=critical', { level: 'critical', permanent: false }],
    ['?level=debug&permanent=true', { level: 'debug', permanent: true }],
    ['?permanent=false&level=off', { level: 'off', permanent: false }],
    ['?level=debug&level=info', { level: 'debug', permanent: false }],
    ['?level=%64ebug', { level: 'debug', permanent: false }],
  ])('accepts %s', (query, change) => expect(readLevelChange(post(query))).toEqual(change));

  test.each<[Asked, string]>([
    [get('?level=debug'), 'Only POST requests are supported'],
    [{ ...post('?level=debug'), body: 3 }, 'Invalid request'],
    [post(''), 'Invalid request'],
    [post('?level='), 'Invalid request'],
    [post('?level=debug&permanent='), 'Invalid request'],
    [post('?level=debug&other=1'), 'Invalid request'],
    [post('?level=debug&permanent=true&other=1'), 'Invalid request'],
    [post('?permanent=true'), 'Invalid request'],
    [post('?level=%'), 'Invalid request'],
    [post('?level=loud'), 'Invalid log level specified'],
    [post('?level=DEBUG'), 'Invalid log level specified'],
    [post('?level=verbose'), 'Invalid log level specified'],
  ])('refuses %o', (asked, line) => expect(readLevelChange(asked)).toEqual(refused(line)));
});

describe('GET /stats/prometheus', () => {
  test.each<[string, object]>([
    ['', { usedOnly: false, extensionOnly: false, delta: false }],
    ['?usedonly', { usedOnly: true, extensionOnly: false, delta: false }],
    ['?filter=metrics_extension', { usedOnly: false, extensionOnly: true, delta: false }],
    ['?usedonly&filter=metrics_extension&delta', { usedOnly: true, extensionOnly: true, delta: true }],
  ])('accepts "%s"', (query, read) => expect(readStatsQuery(get(query))).toEqual(read));

  test.each<[Asked, string]>([
    [post(''), 'invalid method [POST] in request'],
    [{ ...get(''), method: 'HEAD' }, 'invalid method [HEAD] in request'],
    [{ ...get(''), body: 7 }, 'unexpected content in request. Body size [7]'],
    [get('?a=%zz'), 'unable to parse queries in URL: invalid URL escape "%zz"'],
    [get('?format=json'), 'unsupported query parameter: format'],
    [
      get('?filter=appmesh'),
      'unsupported query value for parameter filter: appmesh, usage: /stats/prometheus',
    ],
    [get('?filter'), 'unsupported query value for parameter filter: , usage: /stats/prometheus'],
    [get('?delta'), 'when delta is enabled, both usedonly and filter query parameters are required'],
    [get('?delta&usedonly'), 'when delta is enabled, both usedonly and filter'],
    [get('?delta&filter=metrics_extension'), 'when delta is enabled, both usedonly and filter'],
  ])('refuses %o', (asked, line) => expect(readStatsQuery(asked)).toEqual(refused(line)));
});

test.each<[string, object]>([
  ['', []],
  ['?', []],
  [
    '?a=1&b',
    [
      ['a', '1'],
      ['b', ''],
    ],
  ],
  ['?a=b=c', [['a', 'b=c']]],
  ['?a=x+y%20z%C3%A9', [['a', 'x y zé']]],
])('the query "%s" is parsed as in Go', (search, values) => {
  expect(parseQuery(search)).toEqual({ values: new Map(values as [string, string][]) });
});
