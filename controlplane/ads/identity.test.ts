import { describe, expect, test } from 'vitest';
import { Model } from '../mesh/model.ts';
import type { Change, Kind } from '../mesh/resource.ts';
import { NO_FEATURES } from '../translate/features.ts';
import { featuresOf, parseIdentity, resolve } from './identity.ts';

describe('parseIdentity', () => {
  test.each([
    ['mesh/m/virtualNode/n', { mesh: 'm', owner: undefined, kind: 'virtualNode', name: 'n' }],
    ['mesh/m/virtualGateway/g', { mesh: 'm', owner: undefined, kind: 'virtualGateway', name: 'g' }],
    [
      'mesh/m@111122223333/virtualNode/n',
      { mesh: 'm', owner: '111122223333', kind: 'virtualNode', name: 'n' },
    ],
    [
      'arn:aws:appmesh:us-west-2:111122223333:mesh/m/virtualNode/n',
      { mesh: 'm', owner: '111122223333', kind: 'virtualNode', name: 'n' },
    ],
    [
      'arn:aws-cn:appmesh:cn-north-1:111122223333:mesh/m@444455556666/virtualNode/n',
      { mesh: 'm', owner: '444455556666', kind: 'virtualNode', name: 'n' },
    ],
    ['mesh/a@b/virtualNode/n', { mesh: 'a@b', owner: undefined, kind: 'virtualNode', name: 'n' }],
    [
      'arn:aws:appmesh:us-west-2:111122223333:mesh/a@b@444455556666/virtualGateway/g',
      { mesh: 'a@b', owner: '444455556666', kind: 'virtualGateway', name: 'g' },
    ],
  ])('%s', (id, identity) => {
    expect(parseIdentity(id)).toEqual(identity);
  });

  test.each([
    '',
    'n',
    'mesh/m',
    'mesh/m/virtualRouter/r',
    'mesh/m@11112222333/virtualNode/n',
    'mesh/m@/virtualNode/n',
    'mesh/m/virtualNode/n/more',
    'arn:aws:s3:::mesh/m/virtualNode/n',
  ])('%j names no proxy', (id) => {
    expect(() => parseIdentity(id)).toThrow(`node.id ${JSON.stringify(id)} names no proxy`);
  });
});

test('the error about a long id names its beginning', () => {
  expect(() => parseIdentity('x'.repeat(1_000_000))).toThrow(/^node\.id "x{600}"… names no proxy: .{0,200}$/);
});

describe('resolve', () => {
  const model = modelOf(
    ['mesh', '111111111111', 'one'],
    ['virtualNode', '111111111111', 'one', 'n'],
    ['mesh', '111111111111', 'two'],
    ['virtualNode', '111111111111', 'two', 'n'],
    ['mesh', '222222222222', 'two'],
    ['virtualNode', '222222222222', 'two', 'n'],
  );

  test.each([
    ['mesh/one/virtualNode/n', '111111111111'],
    ['arn:aws:appmesh:eu-west-1:999999999999:mesh/one/virtualNode/n', '111111111111'],
    ['mesh/two@222222222222/virtualNode/n', '222222222222'],
    ['arn:aws:appmesh:eu-west-1:111111111111:mesh/two/virtualNode/n', '111111111111'],
    ['mesh/two/virtualNode/n', undefined],
    ['mesh/one/virtualNode/other', undefined],
    ['mesh/none/virtualNode/n', undefined],
  ])('%s belongs to %s', (id, owner) => {
    expect(resolve(model, parseIdentity(id))?.owner).toBe(owner);
  });
});

test.each([
  [{}, NO_FEATURES],
  [
    { daybreak: { ipv6: true, sds: true, files: true } },
    { ...NO_FEATURES, ipv6: true, sds: true, files: true },
  ],
  [{ daybreak: 'yes' }, NO_FEATURES],
  [{ daybreak: { ipv6: 'true' } }, NO_FEATURES],
])('features of %j', (metadata, features) => {
  expect(featuresOf({ metadata, version: '' })).toEqual(features);
});

test.each([
  ['', {}],
  ['envoy', {}],
  ['envoy 1.21.6', {}],
  ['envoy 1.22.0', { chainMatcher: true }],
  ['envoy 1.37.0', { chainMatcher: true }],
  ['envoy 1.38.0', { chainMatcher: true, longHeaders: true }],
  ['envoy 1.100.0', { chainMatcher: true, longHeaders: true }],
  ['gRPC 1.60.0', {}],
])('the version %j implies the features %j', (version, shown) => {
  expect(featuresOf({ metadata: {}, version })).toEqual({ ...NO_FEATURES, ...shown });
  const metadata = { daybreak: { names: true } };
  expect(featuresOf({ metadata, version })).toEqual({ ...NO_FEATURES, ...shown, names: true });
});

test.each([
  ['envoy 1.36.4', false],
  ['envoy 1.37.0', true],
  ['envoy 1.40.0', true],
  ['', true],
])('a proxy that reports the metrics extension has it, with the version %j: %s', (version, metricExtension) => {
  const metadata = { daybreak: { metricExtension: true } };
  expect(featuresOf({ metadata, version })).toMatchObject({ metricExtension });
});

function modelOf(...resources: readonly [Kind, string, string, string?][]): Model {
  const model = new Model();
  model.apply(
    resources.map(([kind, owner, mesh, name = mesh], index): Change => {
      const id = { kind, owner, mesh, parent: '', name };
      const at = { uid: name, version: 1, createdAt: 0, lastUpdatedAt: 0, resourceOwner: owner, tags: [] };
      return { revision: index + 1, id, resource: { ...id, ...at, spec: {} } };
    }),
  );
  return model;
}
