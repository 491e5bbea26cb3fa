import { expect, test } from 'vitest';
import { readCase, translateCase } from '../translate/testing/cases.ts';
import { askedRequest, type HeaderLine } from './asked-request.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { releaseOf, type Release } from './release.ts';
import { readServed } from './served.ts';

const CURRENT = releaseOf('1.40.0') as Release;

function explained(name: string, url: string, headers: readonly HeaderLine[] = []): Explanation {
  const input = readCase(name);
  const [kind, resource = ''] = input.proxy.split('/');
  const identity = {
    mesh: 'm',
    owner: undefined,
    kind: kind === 'virtualNode' ? ('virtualNode' as const) : ('virtualGateway' as const),
    name: resource,
  };
  const served = readServed(translateCase(input).snapshot);
  return explain(served, identity, askedRequest('GET', url, headers), CURRENT);
}

test('a backend: its virtual host, route, weights and limits', () => {
  expect(explained('colors', 'http://colorteller.default.svc.cluster.local:9080/x')).toEqual({
    proxy: 'mesh/m/virtualNode/colorgateway-vn',
    request: { method: 'GET', path: '/x' },
    passes: [
      {
        listener: 'lds_egress_0.0.0.0_15001',
        chain: 'egress_http_9080',
        routeConfiguration: 'rds_egress_http_9080',
        virtualHost: {
          name: 'colorteller.default.svc.cluster.local',
          domain: 'colorteller.default.svc.cluster.local:9080',
        },
        routes: [{ name: 'colorteller-route', verdict: 'taken', why: [] }],
      },
    ],
    outcome: expect.objectContaining({
      kind: 'sent',
      virtualService: 'colorteller.default.svc.cluster.local',
      timeout: 15,
      retry: { on: expect.stringContaining('reset') as unknown, retries: 2 },
    }) as unknown,
  });
});

const OUTCOMES: readonly (readonly [string, string, string, object])[] = [
  [
    'a host name that is not a backend',
    'colors',
    'http://other:9080/',
    { kind: 'answered', status: 404, why: expect.stringContaining('other:9080') },
  ],
  ['a port without a backend', 'colors', 'http://other:81/', { kind: 'closed' }],
  ["the proxy's own port", 'colors', 'http://other:15001/', { kind: 'closed' }],
  [
    'AWS by TLS',
    'colors',
    'https://s3.eu-west-1.amazonaws.com/',
    { kind: 'passed', cluster: 'cds_egress_m_amazonaws' },
  ],
  ['TLS to others', 'colors', 'https://example.com/', { kind: 'closed' }],
  [
    'TLS to others, where the mesh lets it out',
    'allow-all-bare',
    'https://example.com/',
    { kind: 'passed', cluster: 'cds_egress_m_mesh-allow-all' },
  ],
  [
    'another port, where the mesh lets it out',
    'allow-all',
    'http://example.com:81/',
    { kind: 'passed', cluster: 'cds_egress_m_mesh-allow-all' },
  ],
  ['weights that add up to nothing', 'weights-zero', 'http://h.local/', { kind: 'answered', status: 503 }],
  [
    'TCP whose filter stands in the listener by its name',
    'tcp-by-name',
    'http://x:5432/',
    {
      kind: 'sent',
      targets: [
        expect.objectContaining({ cluster: 'cds_egress_m_blue_tcp_5432', share: 0.75 }),
        expect.objectContaining({ cluster: 'cds_egress_m_green_tcp_5432', share: 0.25 }),
      ],
    },
  ],
  [
    'TCP with weights that add up to nothing',
    'tcp-by-name',
    'http://x:5433/',
    { kind: 'closed', why: 'chain egress_tcp_5433_closed.local closes every connection' },
  ],
  [
    'one of two TCP backends on a port, which the agent tells apart by address',
    'tcp-shared-agent',
    'http://DB2.local:3306/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_db2_tcp_3306' })] },
  ],
  [
    'the same, by addresses that the control plane knows',
    'tcp-shared',
    'http://db2.local:3306/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_db2_tcp_3306' })] },
  ],
  [
    'the address itself',
    'tcp-shared',
    'http://[fd00::1]:3306/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_db1_tcp_3306' })] },
  ],
  [
    'an address that no backend has, where the mesh lets it out',
    'tcp-shared',
    'http://10.0.0.77:3306/',
    { kind: 'passed', cluster: 'cds_egress_m_mesh-allow-all' },
  ],
  [
    'a name that no backend has, where the mesh lets nothing else out',
    'tcp-shared-agent',
    'http://other:3306/',
    {
      kind: 'closed',
      why: 'no backend on this port has that address or server name, and the mesh lets nothing else out',
    },
  ],
  [
    'a name that no backend has, and TLS is asked for by those that are there',
    'tcp-shared-tls',
    'http://other:3306/',
    { kind: 'closed', why: 'chain egress_closed closes every connection' },
  ],
  [
    'two TCP backends with one address',
    'tcp-shared-problems',
    'http://10.0.0.2:3306/',
    { kind: 'closed', why: 'chain egress_closed closes every connection' },
  ],
  [
    'TCP beside requests on a port',
    'tcp-shared',
    'http://queue.local:8080/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_queue_tcp_8080' })] },
  ],
  [
    'requests beside TCP on a port',
    'tcp-shared-agent',
    'http://web.local:8080/',
    { kind: 'sent', virtualService: 'web.local' },
  ],
  [
    'one of several TCP backends on 443, by server name',
    'tcp-shared',
    'https://two.example.com/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_two_tcp_443' })] },
  ],
  [
    'the one for all other names of a domain',
    'tcp-shared',
    'https://three.example.com/',
    { kind: 'sent', targets: [expect.objectContaining({ cluster: 'cds_egress_m_any_tcp_443' })] },
  ],
  [
    'AWS by TLS beside them',
    'tcp-shared-agent',
    'https://s3.eu-west-1.amazonaws.com/',
    { kind: 'passed', cluster: 'cds_egress_m_amazonaws' },
  ],
  [
    'TLS to others beside backends with TLS of their own',
    'tcp-shared-tls',
    'https://example.com/',
    { kind: 'passed', cluster: 'cds_egress_m_mesh-allow-all' },
  ],
  [
    'plain text on 443 beside backends with TLS of their own',
    'tcp-shared-tls',
    'http://example.com:443/',
    { kind: 'closed', why: 'chain egress_closed closes every connection' },
  ],
  ['a port that no listener of a gateway is on', 'gateway', 'http://x:81/', { kind: 'closed' }],
  [
    'plain text to a gateway that takes TLS alone',
    'tls-gateway-listeners',
    'http://x:443/',
    { kind: 'closed', why: 'the listener accepts only TLS, and this is plain text' },
  ],
  [
    'TLS to a gateway that takes both',
    'tls-gateway-listeners',
    'https://x:8443/',
    { kind: 'answered', status: 404 },
  ],
  [
    'plain text to a gateway that takes both',
    'tls-gateway-listeners',
    'http://x:8443/',
    { kind: 'answered', status: 404 },
  ],
  [
    'TLS to a gateway that takes none',
    'tls-gateway-listeners',
    'https://x:8084/',
    {
      kind: 'closed',
      why: 'the listener accepts plain HTTP, and the caller speaks TLS: call http://, or give the listener TLS',
    },
  ],
  [
    "the application's own TLS to a backend of requests",
    'colors',
    'https://colorteller.default.svc.cluster.local:9080/',
    {
      kind: 'closed',
      // How to call an external HTTPS service: aws/aws-app-mesh-roadmap#417 and #138.
      why: 'the backend on this port has HTTP, and the application speaks TLS, which the proxy cannot read: call http://, and let a client policy add TLS, or set the protocol of the listener to tcp',
    },
  ],
  ["the application's own TLS to a backend of bytes", 'allow-all', 'https://db.local/', { kind: 'sent' }],
];

test.each(OUTCOMES)('%s', (_what, name, url, outcome) => {
  expect(explained(name, url).outcome).toMatchObject(outcome);
});

test('a gateway: two passes, the second under the name of the virtual service, with the path rewritten', () => {
  const { passes, outcome } = explained('gateway', 'http://anything:8088/u/quick/1');
  expect(
    passes.map(({ routeConfiguration, virtualHost }) => [routeConfiguration, virtualHost?.name]),
  ).toEqual([
    ['rds_ingress_http_8088', 'self_redirect'],
    ['rds_egress_http_15001', 'a.local'],
  ]);
  expect(passes[1]?.routes.map(({ verdict, why }) => [verdict, ...why])).toEqual([
    ['no match', 'header x-app-mesh-virtual-service is missing'],
    ['no match', 'header x-app-mesh-virtual-service is missing'],
    ['taken'],
  ]);
  expect(outcome).toMatchObject({ kind: 'sent', targets: [{ cluster: 'cds_egress_m_a_http_80', share: 1 }] });
});

test('a route that does not match lists every unmet condition; a later route is marked as not reached', () => {
  const headers: readonly HeaderLine[] = [
    ['absent', 'no'],
    ['prefix', 'w'],
    ['range', '10'],
  ];
  expect(explained('http-matches', 'http://b.local/p?q=w', headers).passes[0]?.routes).toEqual([
    { name: 'regex', verdict: 'no match', why: ['the path does not match /(a|b)+'] },
    { name: 'exact', verdict: 'no match', why: ['the path is not /exact'] },
    {
      name: 'everything',
      verdict: 'no match',
      why: [
        'the method is "GET", which does not equal "PATCH"',
        'the scheme is "http", which does not equal "https"',
        'header present is missing',
        'header absent is there, and must not be',
        'header exact is missing',
        'header prefix is "w", which does not begin with "v"',
        'header suffix is missing',
        'header regex is missing',
        'header range is "10", which is not a number from -5 to below 10',
        'query parameter there is missing',
        'query parameter q is "w", which does not equal "v"',
      ],
    },
    { name: 'no-path', verdict: 'taken', why: [] },
    { name: 'empty-prefix', verdict: 'not reached', why: [] },
  ]);
});

test.each([
  'http://web.local:8080/x',
  'http://127.0.0.1:29599/x',
  'http://localhost:29599/x',
])('on a host without redirect rules, a backend is called by its port of loopback: %s', (url) => {
  const { passes, outcome } = explained('loopback', url);
  expect(passes).toEqual([
    {
      listener: 'lds_egress_127.0.0.1_29599',
      chain: 'egress_http_8080',
      routeConfiguration: 'rds_egress_http_8080_web.local',
      virtualHost: { name: 'web.local', domain: '*' },
      routes: [{ name: '', verdict: 'taken', why: [] }],
    },
  ]);
  expect(outcome).toMatchObject({ kind: 'sent', virtualService: 'web.local' });
});

test('on a host without redirect rules, other calls do not pass the proxy', () => {
  const outcome = { kind: 'direct', why: expect.stringContaining('no redirect rules') as unknown };
  expect(explained('loopback', 'https://example.com/').outcome).toEqual(outcome);
});
