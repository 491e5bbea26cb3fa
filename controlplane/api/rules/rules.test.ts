import { describe } from 'vitest';
import { check } from './testing/rule-cases.ts';

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
      'listeners without service discovery',
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
    ['a timeout of another, which was refused', node({ timeout: { grpc: { idle: s(1) } } })],
    [
      'a pool of another',
      node({ connectionPool: { tcp: { maxConnections: 1 } } }),
      [`${first}.connectionPool`, 'must be set for http'],
    ],
    ['more than a year, which was refused', node({ timeout: { http: { idle: s(31_536_001) } } })],
    ['a duration without a unit, which was refused', node({ timeout: { http: { idle: { value: 1 } } } })],
    [
      'a duration of 0 as Terraform sends it, which was refused',
      node({ timeout: { http: { idle: { unit: 's' } } } }),
    ],
    ['a health check', node(check5({ protocol: 'http2', path: '/ping', port: 80 }))],
    ['a health check by gRPC', node(check5({ protocol: 'grpc' }), 80, 'grpc')],
    ['a health check without a path, which was refused', node(check5({ protocol: 'http' }))],
    ['a health check with an empty path', node(check5({ protocol: 'http2', path: '' }))],
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
    ['no host name', dns(''), ['serviceDiscovery.dns.hostname', 'length greater than or equal to 1']],
    ['a host name that no resolver knows, which was refused', dns('a:80')],
    [
      'a line end in a name',
      { backends: [{ virtualService: { virtualServiceName: 'a\n' } }] },
      ['backends.1.member.virtualService.virtualServiceName', 'without line breaks'],
    ],
    [
      'an unpaired surrogate in a log',
      log({ text: '\ud800' }),
      ['logging.accessLog.file.format.text', 'unpaired surrogates'],
    ],
    ['a tab in a name, which was refused', { backends: [{ virtualService: { virtualServiceName: 'a\t' } }] }],
    [
      'a long name',
      file('é'.repeat(128)),
      ['logging.accessLog.file.path', 'a segment of more than 255 bytes'],
    ],
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
    ['one port twice, which was refused', { listeners: [mapping(80), mapping(80)] }],
  ]);

  check('CreateVirtualGatewayInput', [
    ['a listener on 15000', { listeners: [mapping(15_000)] }],
    ['no listeners, which was refused', { listeners: [] }],
    [
      'one port twice',
      { listeners: [mapping(80), mapping(80, 'grpc')] },
      ['listeners.2.member.portMapping.port', 'no other'],
    ],
    ['on 15001', { listeners: [mapping(15_001)] }, [`${first}.portMapping.port`, 'must not be 15001']],
    [
      'a pool of another protocol',
      { listeners: [{ ...mapping(80), connectionPool: { http2: { maxRequests: 1 } } }] },
      [`${first}.connectionPool`, 'must be set for http'],
    ],
  ]);
});
