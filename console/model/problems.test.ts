import { expect, test } from 'vitest';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { meshOf, node, resource, route } from '../testing/example-mesh.ts';
import { graphOf } from './graph/graph-of.ts';
import { problemsOf } from './problems.ts';
import { keyOf, resourceAt, type MeshModel } from './resources.ts';

const HOUR = 60 * 60 * 1000;
const IDENTITY = 'daybreak/identity';

function proxy(change: Partial<ProxyStatus>): ProxyStatus {
  return {
    resource: 'mesh/m/virtualNode/front',
    instance: '',
    peer: '127.0.0.1:1',
    state: 'in sync',
    envoy: '',
    agent: '',
    connectedAt: '',
    types: [],
    problems: [],
    report: undefined,
    ...change,
  } as ProxyStatus;
}

function withCertificate(name: string, hours: number): ProxyStatus {
  const certificates = [{ name, ends: new Date(hours * HOUR).toISOString() }];
  return proxy({ report: { certificates } as unknown as NonNullable<ProxyStatus['report']> });
}

const kindsOf = (model: MeshModel, ...proxies: ProxyStatus[]): string[] =>
  problemsOf(model, graphOf(model), proxies, 0).map(({ kind }) => kind);

test.each([
  ['virtualNode/front', 'virtualNode/front'],
  ['virtualNode/front/listener/8080', 'virtualNode/front'],
  ['virtualNode/front/backend/shop.example/clientPolicy', 'virtualNode/front'],
  ['virtualRouter/shop/route/all', 'virtualRouter/shop/route/all'],
  ['virtualRouter/shop/route/all/retryPolicy', 'virtualRouter/shop/route/all'],
  ['virtualGateway/edge/gatewayRoute/all/match', 'virtualGateway/edge/gatewayRoute/all'],
  ['virtualGateway/edge/healthCheck', 'virtualGateway/edge'],
])('the link of a problem at %s leads to the resource: it led to none for a part of one', (where, key) => {
  expect(resourceAt(where)).toBe(key);
});

test('a name that a proxy misses is one problem, that of the place that names it: it was two, and the link of one led to nothing', () => {
  const model = meshOf(
    node('front', 'gone.example', 'idle.example'),
    resource('virtualService', 'idle.example', {}),
  );
  const problems = [
    { where: 'virtualService/gone.example', what: 'the virtual service does not exist' },
    { where: 'virtualService/idle.example', what: 'it has no provider, so it has no effect' },
    { where: 'virtualNode/front/logging', what: 'no access log is written' },
  ];
  expect(kindsOf(model, proxy({ problems }))).toEqual(['no provider', 'missing', 'specification']);
});

test('a virtual service whose router does not exist says so: the fix was to add a route to it', () => {
  const router = { provider: { virtualRouter: { virtualRouterName: 'shop' } } };
  const service = resource('virtualService', 'shop.example', router);
  expect(problemsOf(meshOf(service), graphOf(meshOf(service)), [], 0)).toEqual([
    { kind: 'no router', where: keyOf(service), name: 'shop' },
  ]);
  const there = meshOf(service, resource('virtualRouter', 'shop', {}));
  expect(kindsOf(there)).toEqual(['no route']);
  expect(kindsOf(meshOf(...there.resources, node('a'), route('shop', 'all', '/', { a: 1 })))).toEqual([]);
});

test('a short-lived certificate is a problem in the last part of its life: with a lifetime of 24 hours, each one was a problem always', () => {
  const day = meshOf(resource('meshIdentity', 'default', { certificateHours: 24 }), node('front'));
  expect(kindsOf(day, withCertificate(IDENTITY, 14))).toEqual([]);
  expect(kindsOf(day, withCertificate(IDENTITY, 9))).toEqual(['expiring']);
  expect(kindsOf(day, withCertificate('file.pem', 14))).toEqual(['expiring']);
  const standard = meshOf(node('front'));
  expect(kindsOf(standard, withCertificate(IDENTITY, 29))).toEqual([]);
  expect(kindsOf(standard, withCertificate(IDENTITY, 23))).toEqual(['expiring']);
});
