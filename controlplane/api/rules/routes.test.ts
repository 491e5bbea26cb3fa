import { describe } from 'vitest';
import { check, type Case } from './testing/rule-cases.ts';

const s = (value: number) => ({ unit: 's', value });

describe('beyond the model', () => {
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
    ...(['httpRoute', 'http2Route'] as const).flatMap((member): readonly Case[] => {
      const by = (match: object) => ({ [member]: { match, action } });
      return [
        [`${member} by port alone, which was refused`, by({ port: 3333 })],
        [`${member} by header alone, which was refused`, by({ headers: [{ name: 'a' }] })],
        [`${member} by method alone, which was refused`, by({ method: 'GET' })],
        [`${member} by query alone, which was refused`, by({ queryParameters: [{ name: 'a' }] })],
        [`${member} by nothing, which was refused`, by({})],
        [`${member} by an empty path match, which was refused`, by({ path: {} })],
        [
          `${member} by prefix and path`,
          by({ prefix: '/', path: { exact: '/a' } }),
          [`${member}.match`, 'at most one of [path, prefix]'],
        ],
        [
          `${member} by a prefix without /`,
          by({ prefix: 'a' }),
          [`${member}.match.prefix`, 'must begin with /'],
        ],
      ];
    }),
    ['by a prefix that is reserved at gateways, which was refused', http({ prefix: '/aws-appmesh/x' })],
    ['by scheme, over HTTP/1, which was refused', http({ prefix: '/', scheme: 'http' })],
    ['by a path without /, which was refused', http({ path: { exact: 'a' } })],
    ['by scheme, over HTTP/2', { http2Route: { match: { prefix: '/', scheme: 'http' }, action } }],
    [
      'by both kinds of path',
      http({ path: { exact: '/a', regex: 'b' } }),
      ['httpRoute.match.path', 'at most one of [exact, regex]'],
    ],
    ['by an invalid RE2', http({ path: { regex: '/(?=a)' } }), ['httpRoute.match.path.regex', 'valid RE2']],
    [
      'by an RE2 that is too large',
      http({ path: { regex: '((a{1,30}){1,30})' } }),
      ['httpRoute.match.path.regex', 'Envoy accepts at most 1000'],
    ],
    [
      'by a header',
      http({ prefix: '/', headers: [{ name: 'a', match: { regex: '[a-z]+' } }, { name: 'b' }] }),
    ],
    [
      'by a header with an invalid RE2',
      http({ prefix: '/', headers: [{ name: 'a', match: { regex: '(' } }] }),
      ['httpRoute.match.headers.1.member.match.regex', 'valid RE2'],
    ],
    [
      'by an empty query match, which was refused',
      http({ prefix: '/', queryParameters: [{ name: 'a', match: {} }] }),
    ],
    [
      'by a query parameter with a long name',
      http({ prefix: '/', queryParameters: [{ name: 'é'.repeat(513) }] }),
      ['httpRoute.match.queryParameters.1.member.name', '1 to 1024 bytes'],
    ],
    [
      'all weights 0, which was refused',
      { tcpRoute: { action: { weightedTargets: [{ virtualNode: 'a', weight: 0 }] } } },
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
      'gRPC, a method without a service',
      { grpcRoute: { match: { methodName: 'a' }, action } },
      ['grpcRoute.match.serviceName', 'if methodName is set'],
    ],
    [
      'gRPC, a service that is reserved at gateways, which was refused',
      { grpcRoute: { match: { serviceName: 'aws.appmesh.X' }, action } },
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
    ['by nothing, which was refused', gate({})],
    ['by header alone, which was refused', gate({ headers: [{ name: 'a' }] })],
    ['by method alone, which was refused', gate({ method: 'GET' })],
    ['by query alone, which was refused', gate({ queryParameters: [{ name: 'a' }] })],
    [
      'by prefix and path',
      gate({ prefix: '/', path: { exact: '/' } }),
      ['httpRoute.match', 'at most one of [path, prefix]'],
    ],
    ['by a reserved prefix', gate({ prefix: '/aws-app-mesh' }), ['httpRoute.match.prefix', 'reserved']],
    ['by a wildcard, which was refused', gate({ hostname: { exact: '*.a' } })],
    [
      'by both kinds of host',
      gate({ hostname: { exact: 'a', suffix: 'b' } }),
      ['httpRoute.match.hostname', 'at most one of'],
    ],
    ['rewrites its prefix', gate({ prefix: '/a/' }, { prefix: { value: '/b/' } })],
    ['rewrites to half a prefix, which was refused', gate({ prefix: '/a/' }, { prefix: { value: '/b' } })],
    ['rewrites a path that it does not match, which was refused', gate({}, { path: { exact: '/b' } })],
    [
      'rewrites its prefix in two ways',
      gate({ prefix: '/a/' }, { prefix: { value: '/b/', defaultPrefix: 'DISABLED' } }),
      ['httpRoute.action.rewrite.prefix', 'at most one of [defaultPrefix, value]'],
    ],
    ['gRPC by service', { grpcRoute: { match: { serviceName: 'a.B' }, action: { target } } }],
    ['gRPC by nothing, which was refused', { grpcRoute: { match: {}, action: { target } } }],
    [
      'gRPC by a reserved service',
      { grpcRoute: { match: { serviceName: 'aws.app-mesh.X' }, action: { target } } },
      ['grpcRoute.match.serviceName', 'reserved'],
    ],
  ]);
});
