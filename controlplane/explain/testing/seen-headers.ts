import type { HttpRouteHeader } from '../../model/types.ts';
import type { HeaderLine } from '../asked-request.ts';
import type { Protocol } from '../request.ts';

/** A header as a condition sees it. */
export type Seen = {
  readonly title: string;
  readonly condition: HttpRouteHeader;
  readonly lines?: readonly HeaderLine[];
  readonly protocol?: Protocol;
  /** Whether the first route takes the request; a pair is for the current release and the oldest. */
  readonly taken: boolean | readonly [current: boolean, oldest: boolean];
};

const is = (name: string, exact: string): HttpRouteHeader => ({ name, match: { exact } });
const there = (name: string): HttpRouteHeader => ({ name });

/** Beside an application. */
export const AT_NODE: readonly Seen[] = [
  { title: 'host is the Host header', condition: is('host', 'one.local'), taken: true },
  {
    title: 'host may be the authority of HTTP/2',
    condition: is('host', 'one.local'),
    protocol: 'HTTP/2',
    taken: true,
  },
  {
    title: 'x-forwarded-proto is there without being sent',
    condition: is('x-forwarded-proto', 'http'),
    taken: true,
  },
  { title: 'x-request-id is there without being sent', condition: there('x-request-id'), taken: true },
  {
    title: 'an x-request-id that is sent stays',
    condition: is('x-request-id', 'a'),
    lines: [['x-request-id', 'a']],
    taken: true,
  },
  {
    title: 'connection goes',
    condition: there('connection'),
    lines: [['connection', 'close']],
    taken: false,
  },
  {
    title: 'what connection names goes',
    condition: there('x-beta'),
    lines: [
      ['connection', 'x-beta'],
      ['x-beta', '1'],
    ],
    taken: false,
  },
  {
    title: 'an upgrade keeps connection',
    condition: there('connection'),
    lines: [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
    ],
    taken: true,
  },
  { title: 'keep-alive goes', condition: there('keep-alive'), lines: [['keep-alive', '5']], taken: false },
  {
    title: 'te keeps trailers',
    condition: is('te', 'trailers'),
    lines: [['te', 'gzip, trailers']],
    taken: true,
  },
  {
    title: 'x-envoy-retry-on goes',
    condition: there('x-envoy-retry-on'),
    lines: [['x-envoy-retry-on', '5xx']],
    taken: false,
  },
  {
    title: 'x-forwarded-client-cert goes',
    condition: there('x-forwarded-client-cert'),
    lines: [['x-forwarded-client-cert', 'a']],
    taken: false,
  },
  {
    title: 'a referer that is no URL goes',
    condition: there('referer'),
    lines: [['referer', 'a b']],
    taken: false,
  },
  {
    title: 'lines of one name are compared one by one since 1.39',
    condition: is('x-multi', 'b'),
    lines: [
      ['x-multi', 'a'],
      ['x-multi', 'b'],
    ],
    taken: [true, false],
  },
  {
    title: 'before that, joined by commas',
    condition: is('x-multi', 'a,b'),
    lines: [
      ['x-multi', 'a'],
      ['x-multi', 'b'],
    ],
    taken: [false, true],
  },
  {
    title: 'a name that Envoy knows well is joined in either',
    condition: is('accept', 'a,b'),
    lines: [
      ['accept', 'a'],
      ['accept', 'b'],
    ],
    taken: true,
  },
  {
    title: 'an empty cookie is none over HTTP/2',
    condition: there('cookie'),
    lines: [['cookie', '']],
    protocol: 'HTTP/2',
    taken: false,
  },
  {
    title: 'the first empty pieces of a cookie leave nothing over HTTP/2',
    condition: is('cookie', 'a; '),
    lines: [
      ['cookie', ''],
      ['cookie', 'a'],
      ['cookie', ''],
    ],
    protocol: 'HTTP/2',
    taken: true,
  },
  {
    title: 'pieces of a cookie come together over HTTP/2',
    condition: is('cookie', 'a; b'),
    lines: [
      ['cookie', 'a'],
      ['cookie', 'b'],
    ],
    protocol: 'HTTP/2',
    taken: true,
  },
  {
    title: 'an expression reads bytes since 1.37.6',
    condition: { name: 'x-beta', match: { regex: 'a.' } },
    lines: [['x-beta', 'aé']],
    taken: [false, true],
  },
];

/** At a gateway. */
export const AT_GATEWAY: readonly Seen[] = [
  {
    title: 'a caller on a private address is none of the mesh',
    condition: there('x-envoy-max-retries'),
    lines: [['x-envoy-max-retries', '3']],
    taken: false,
  },
  { title: 'x-forwarded-for is there without being sent', condition: there('x-forwarded-for'), taken: true },
  {
    title: 'x-envoy-external-address is there without being sent',
    condition: there('x-envoy-external-address'),
    taken: true,
  },
  {
    title: 'x-envoy-original-path cannot be sent',
    condition: there('x-envoy-original-path'),
    lines: [['x-envoy-original-path', '/']],
    taken: false,
  },
];

/** Behind a gateway, which speaks HTTP/1.1 to itself. */
export const AT_SECOND_PASS: readonly Seen[] = [
  {
    title: 'x-envoy-original-host says which host was asked for',
    condition: is('x-envoy-original-host', 'one.local'),
    taken: true,
  },
  { title: 'x-forwarded-host does too', condition: is('x-forwarded-host', 'one.local'), taken: true },
  {
    title: 'x-envoy-original-path says which path was',
    condition: is('x-envoy-original-path', '/a'),
    taken: true,
  },
  {
    title: 'x-request-id is the one of the first pass',
    condition: is('x-request-id', 'a'),
    lines: [['x-request-id', 'a']],
    taken: true,
  },
  {
    title: 'a UUID says there that it is sampled',
    condition: is('x-request-id', 'f2197c31-1f51-937e-b357-5e3c2deec204'),
    lines: [['x-request-id', 'f2197c31-1f51-437e-b357-5e3c2deec204']],
    taken: true,
  },
];

/** At the second pass of a gateway without a tracer. */
export const AT_UNTRACED_PASS: readonly Seen[] = [
  {
    title: 'a UUID says there that nothing has decided about its trace',
    condition: is('x-request-id', 'f2197c31-1f51-437e-b357-5e3c2deec204'),
    lines: [['x-request-id', 'f2197c31-1f51-437e-b357-5e3c2deec204']],
    taken: true,
  },
  {
    title: 'x-envoy-decorator-operation goes',
    condition: there('x-envoy-decorator-operation'),
    lines: [['x-envoy-decorator-operation', 'a']],
    taken: false,
  },
];

/** At a gateway that ends TLS. */
export const AT_TLS: readonly Seen[] = [
  {
    title: 'x-forwarded-proto is there without being sent',
    condition: is('x-forwarded-proto', 'https'),
    taken: true,
  },
  {
    title: 'the one of a balancer stays',
    condition: is('x-forwarded-proto', 'http'),
    lines: [['x-forwarded-proto', 'http']],
    taken: true,
  },
  { title: 'the scheme is https', condition: is(':scheme', 'https'), taken: true },
];

/** Behind a gateway that speaks HTTP/2 to itself. */
export const AT_HTTP2_PASS: readonly Seen[] = [
  {
    title: 'an upgrade goes on as one of HTTP/2',
    condition: is('upgrade', 'websocket'),
    lines: [
      ['connection', 'keep-alive, upgrade'],
      ['upgrade', 'websocket'],
    ],
    taken: true,
  },
  {
    title: 'an empty cookie is none',
    condition: there('cookie'),
    lines: [['cookie', '']],
    taken: false,
  },
  {
    title: 'the first empty pieces of a cookie leave nothing',
    condition: is('cookie', 'a; '),
    lines: [
      ['cookie', ''],
      ['cookie', 'a'],
      ['cookie', ''],
    ],
    taken: true,
  },
  {
    title: 'pieces of a cookie come together',
    condition: is('cookie', 'a; b'),
    lines: [
      ['cookie', 'a'],
      ['cookie', 'b'],
    ],
    taken: true,
  },
];
