import { describe, expect, it } from 'vitest';
import { shapeViolations } from '../validate.ts';
import { ruleViolations } from './rules.ts';

// Specifications, each with the place and the beginning of what is wrong; none: it is accepted.
type Case = readonly [what: string, spec: object, ...wrong: Wrong[]];
type Wrong = readonly [path: string, constraint: string];

function check(shape: string, rows: readonly Case[]): void {
  it.each(rows.map((row) => ({ row })))(`${shape}: $row.0`, ({ row: [, spec, ...wrong] }) => {
    const input = { [NAME[shape] ?? '']: 'a', meshName: 'm', spec, ...PARENT[shape] };
    expect(shapeViolations(shape, input)).toEqual([]);
    const found = ruleViolations(shape, input).map(({ path, constraint }) => [path, constraint]);
    expect(found).toEqual(
      wrong.map(([path, constraint]) => [
        path === '' ? 'spec' : `spec.${path}`,
        expect.stringContaining(constraint),
      ]),
    );
  });
}

const NAME: Readonly<Record<string, string>> = {
  CreateVirtualNodeInput: 'virtualNodeName',
  CreateVirtualGatewayInput: 'virtualGatewayName',
  CreateVirtualRouterInput: 'virtualRouterName',
  CreateRouteInput: 'routeName',
  CreateGatewayRouteInput: 'gatewayRouteName',
};
const PARENT: Readonly<Record<string, object>> = {
  CreateRouteInput: { virtualRouterName: 'r' },
  CreateGatewayRouteInput: { virtualGatewayName: 'g' },
};

const s = (value: number) => ({ unit: 's', value });
const mapping = (port: number, protocol = 'http') => ({ portMapping: { port, protocol } });
const dns = (hostname: string) => ({ serviceDiscovery: { dns: { hostname } } });
const node = (listener: object, port = 80, protocol = 'http') => ({
  listeners: [{ ...mapping(port, protocol), ...listener }],
  ...dns('a.local'),
});
const check5 = (extra: object) => ({
  healthCheck: {
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    intervalMillis: 5000,
    timeoutMillis: 2000,
    ...extra,
  },
});
const file = (path: string, format?: object) => ({
  logging: { accessLog: { file: { path, ...(format && { format }) } } },
});
const log = (format: object) => file('/dev/stdout', format);
const first = 'listeners.1.member';

describe('beyond the model', () => {
  check('CreateVirtualNodeInput', [
    ['a node that does not listen', {}],
    [
      'listens and is not found',
      { listeners: [mapping(80)] },
      ['serviceDiscovery', 'because the virtual node has listeners'],
    ],
    ['two listeners', { listeners: [mapping(80), mapping(81, 'tcp')], ...dns('a') }],
    [
      'one port twice',
      { listeners: [mapping(80), mapping(80, 'tcp')], ...dns('a') },
      ['listeners.2.member.portMapping.port', 'no other listener'],
    ],
    ["Envoy's port", node({}, 15_001), [`${first}.portMapping.port`, 'must not be 15000 or 15001']],
    ['a timeout of the protocol', node({ timeout: { http: { perRequest: s(0), idle: s(31_536_000) } } })],
    [
      'a timeout of another',
      node({ timeout: { grpc: { idle: s(1) } } }),
      [`${first}.timeout`, 'must be set for http'],
    ],
    [
      'a pool of another',
      node({ connectionPool: { tcp: { maxConnections: 1 } } }),
      [`${first}.connectionPool`, 'must be set for http'],
    ],
    [
      'more than a year',
      node({ timeout: { http: { idle: s(31_536_001) } } }),
      [`${first}.timeout.http.idle.value`, 'less than or equal to 31536000 (a year)'],
    ],
    [
      'a duration without a unit',
      node({ timeout: { http: { idle: { value: 1 } } } }),
      [`${first}.timeout.http.idle.unit`, 'must not be null'],
    ],
    ['a health check', node(check5({ protocol: 'http2', path: '/ping', port: 80 }))],
    ['a health check by gRPC', node(check5({ protocol: 'grpc' }), 80, 'grpc')],
    [
      'without a path',
      node(check5({ protocol: 'http' })),
      [`${first}.healthCheck.path`, 'must begin with /'],
    ],
    [
      'with an empty path',
      node(check5({ protocol: 'http', path: '' })),
      [`${first}.healthCheck.path`, 'must begin with /'],
    ],
    [
      'on another port',
      node(check5({ protocol: 'tcp', port: 81 })),
      [`${first}.healthCheck.port`, 'must be 80'],
    ],
    [
      'an outlier interval of 0',
      node({
        outlierDetection: {
          interval: s(0),
          baseEjectionDuration: s(1),
          maxEjectionPercent: 50,
          maxServerErrors: 5,
        },
      }),
      [`${first}.outlierDetection.interval.value`, 'greater than or equal to 1'],
    ],
    ['an address', dns('10.0.0.1')],
    ['an IPv6 address', dns('fd00::1')],
    ['no host name', dns(''), ['serviceDiscovery.dns.hostname', '1 to 253 characters']],
    ['a host name with a port', dns('a:80'), ['serviceDiscovery.dns.hostname', 'without a port']],
    [
      'a line end in a name',
      { backends: [{ virtualService: { virtualServiceName: 'a\n' } }] },
      ['backends.1.member.virtualService.virtualServiceName', 'without control characters'],
    ],
    ['a long name', file('é'.repeat(128)), ['logging.accessLog.file.path', 'a name of more than 255 bytes']],
    ['a line end in a log', log({ text: '%START_TIME% %REQ(:METHOD)%\n' })],
    [
      'an unknown command',
      log({ text: 'a %NOPE% b' }),
      ['logging.accessLog.file.format.text', 'no Envoy knows the command at "%NOPE% b"'],
    ],
    [
      'a single percent',
      log({ text: '100% sure' }),
      ['logging.accessLog.file.format.text', 'a percent sign is written %%'],
    ],
    [
      'a log as JSON',
      log({
        json: [
          { key: 'a', value: '%PROTOCOL%' },
          { key: 'b', value: '%%' },
        ],
      }),
    ],
    [
      'a key twice',
      log({
        json: [
          { key: 'a', value: 'x' },
          { key: 'a', value: 'y' },
        ],
      }),
      ['logging.accessLog.file.format.json.2.member.key', 'not be given twice'],
    ],
  ]);

  check('CreateVirtualRouterInput', [
    ['no listeners', {}],
    [
      'one port twice',
      { listeners: [mapping(80), mapping(80)] },
      ['listeners.2.member.portMapping.port', 'no other'],
    ],
  ]);

  check('CreateVirtualGatewayInput', [
    ['a listener on 15000', { listeners: [mapping(15_000)] }],
    ['none', { listeners: [] }, ['listeners', 'length greater than or equal to 1']],
    ['on 15001', { listeners: [mapping(15_001)] }, [`${first}.portMapping.port`, 'must not be 15001']],
    [
      'a pool of another protocol',
      { listeners: [{ ...mapping(80), connectionPool: { http2: { maxRequests: 1 } } }] },
      [`${first}.connectionPool`, 'must be set for http'],
    ],
  ]);

  const action = { weightedTargets: [{ virtualNode: 'a', weight: 1 }] };
  const http = (match: object, extra: object = {}) => ({ httpRoute: { match, action, ...extra } });
  const retry = (policy: object) =>
    http({ prefix: '/' }, { retryPolicy: { maxRetries: 1, perRetryTimeout: s(1), ...policy } });
  check('CreateRouteInput', [
    ['by prefix', http({ prefix: '/a' })],
    ['by path', http({ path: { exact: '/a' }, method: 'GET' })],
    [
      'of two protocols',
      { ...http({ prefix: '/' }), tcpRoute: { action } },
      ['', 'exactly one of [grpcRoute, http2Route, httpRoute, tcpRoute]'],
    ],
    ['of none', { priority: 1 }, ['', 'exactly one of']],
    ['by nothing', http({}), ['httpRoute.match', 'exactly one of [path, prefix]']],
    [
      'by prefix and path',
      http({ prefix: '/', path: { exact: '/a' } }),
      ['httpRoute.match', 'exactly one of'],
    ],
    ['by a prefix without /', http({ prefix: 'a' }), ['httpRoute.match.prefix', 'must begin with /']],
    ['by a reserved prefix', http({ prefix: '/aws-appmesh/x' }), ['httpRoute.match.prefix', 'reserved']],
    [
      'by scheme, over HTTP/1',
      http({ prefix: '/', scheme: 'http' }),
      ['httpRoute.match.scheme', 'only an http2Route'],
    ],
    ['by scheme, over HTTP/2', { http2Route: { match: { prefix: '/', scheme: 'http' }, action } }],
    [
      'by both kinds of path',
      http({ path: { exact: '/a', regex: 'b' } }),
      ['httpRoute.match.path', 'exactly one of [exact, regex]'],
    ],
    ['by no RE2', http({ path: { regex: '/(?=a)' } }), ['httpRoute.match.path.regex', 'as RE2 has them']],
    [
      'by a huge RE2',
      http({ path: { regex: '((a{1,30}){1,30})' } }),
      ['httpRoute.match.path.regex', 'Envoy takes 1000'],
    ],
    [
      'by a header',
      http({ prefix: '/', headers: [{ name: 'a', match: { regex: '[a-z]+' } }, { name: 'b' }] }),
    ],
    [
      'by a header and no RE2',
      http({ prefix: '/', headers: [{ name: 'a', match: { regex: '(' } }] }),
      ['httpRoute.match.headers.1.member.match.regex', 'as RE2 has them'],
    ],
    [
      'by an empty query match',
      http({ prefix: '/', queryParameters: [{ name: 'a', match: {} }] }),
      ['httpRoute.match.queryParameters.1.member.match', 'exactly one of [exact]'],
    ],
    [
      'all weights 0',
      { tcpRoute: { action: { weightedTargets: [{ virtualNode: 'a', weight: 0 }] } } },
      ['tcpRoute.action.weightedTargets', 'a weight greater than 0'],
    ],
    [
      'retries',
      retry({ httpRetryEvents: ['server-error', 'client-error'], tcpRetryEvents: ['connection-error'] }),
    ],
    ['retries on nothing', retry({}), ['httpRoute.retryPolicy', 'must set httpRetryEvents']],
    [
      'retries on an unknown event',
      retry({ httpRetryEvents: ['5xx'] }),
      ['httpRoute.retryPolicy.httpRetryEvents.1.member', 'enum value set: [server-error'],
    ],
    ['gRPC, all', { grpcRoute: { match: {}, action } }],
    [
      'gRPC, a method of no service',
      { grpcRoute: { match: { methodName: 'a' }, action } },
      ['grpcRoute.match.serviceName', 'where methodName is set'],
    ],
    [
      'gRPC, a reserved service',
      { grpcRoute: { match: { serviceName: 'aws.appmesh.X' }, action } },
      ['grpcRoute.match.serviceName', 'reserved'],
    ],
  ]);

  const target = { virtualService: { virtualServiceName: 'a' } };
  const gate = (match: object, rewrite?: object) => ({
    httpRoute: { match, action: { target, ...(rewrite === undefined ? {} : { rewrite }) } },
  });
  check('CreateGatewayRouteInput', [
    [
      'by host',
      gate({ hostname: { suffix: '.example.com' } }, { hostname: { defaultTargetHostname: 'DISABLED' } }),
    ],
    ['by port alone', gate({ port: 80 })],
    ['by nothing', gate({}), ['httpRoute.match', 'one of [prefix, path, hostname, port]']],
    ['by prefix and path', gate({ prefix: '/', path: { exact: '/' } }), ['httpRoute.match', 'not set both']],
    ['by a wildcard', gate({ hostname: { exact: '*.a' } }), ['httpRoute.match.hostname.exact', 'without *']],
    [
      'by both kinds of host',
      gate({ hostname: { exact: 'a', suffix: 'b' } }),
      ['httpRoute.match.hostname', 'exactly one of'],
    ],
    ['rewrites its prefix', gate({ prefix: '/a/' }, { prefix: { value: '/b/' } })],
    [
      'rewrites to half a prefix',
      gate({ prefix: '/a/' }, { prefix: { value: '/b' } }),
      ['httpRoute.action.rewrite.prefix.value', 'begin and end with /'],
    ],
    [
      'rewrites a path that it does not match',
      gate({ prefix: '/' }, { path: { exact: '/b' } }),
      ['httpRoute.action.rewrite.path', 'where match.path is not set'],
    ],
    ['gRPC by service', { grpcRoute: { match: { serviceName: 'a.B' }, action: { target } } }],
    [
      'gRPC by nothing',
      { grpcRoute: { match: {}, action: { target } } },
      ['grpcRoute.match', 'one of [serviceName, hostname, port]'],
    ],
  ]);
});
