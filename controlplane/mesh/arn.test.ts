import { expect, it } from 'vitest';
import type { Kind } from './resource.ts';
import { arnOf, parseArn } from './arn.ts';

const CASES: readonly [Kind, string, string, string][] = [
  ['mesh', '', 'm', 'mesh/m'],
  ['virtualNode', '', 'n', 'mesh/m/virtualNode/n'],
  ['virtualService', '', 'a/b:80', 'mesh/m/virtualService/a/b:80'],
  ['virtualRouter', '', 'r', 'mesh/m/virtualRouter/r'],
  ['route', 'r', 'a/route/b', 'mesh/m/virtualRouter/r/route/a/route/b'],
  ['virtualGateway', '', 'g', 'mesh/m/virtualGateway/g'],
  ['gatewayRoute', 'g', 'x', 'mesh/m/virtualGateway/g/gatewayRoute/x'],
];

it.each(CASES)('the ARN of a resource is parsed to the same id: %s %s %s', (kind, parent, name, path) => {
  const id = { kind, owner: '111122223333', mesh: 'm', parent, name };
  expect(arnOf(id, 'eu-west-1')).toBe(`arn:aws:appmesh:eu-west-1:111122223333:${path}`);
  expect(parseArn(arnOf(id, 'eu-west-1'), 'eu-west-1')).toEqual(id);
});

it.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['cnx-1', 'aws'],
])('an ARN in %s is in partition %s', (region, partition) => {
  const id = { kind: 'mesh', owner: '111122223333', mesh: 'm', parent: '', name: 'm' } as const;
  expect(arnOf(id, region)).toBe(`arn:${partition}:appmesh:${region}:111122223333:mesh/m`);
  expect(parseArn(arnOf(id, region), region)).toEqual(id);
  expect(parseArn(`arn:aws:appmesh:${region}:111122223333:mesh/m`, region)).toEqual(id);
});

it.each([
  '',
  'mesh/m',
  'arn:aws:appmesh:us-east-1:111122223333:mesh/m',
  'arn:aws:appmesh:eu-west-1:1:mesh/m',
  'arn:aws:s3:eu-west-1:111122223333:mesh/m',
  'arn:aws:appmesh:eu-west-1:111122223333:mesh/m/route/x',
  'arn:aws:appmesh:eu-west-1:111122223333:mesh/m/virtualNode/',
  'arn:aws:appmesh:eu-west-1:111122223333:mesh/',
])('%s names no resource of the region', (arn) => {
  expect(parseArn(arn, 'eu-west-1')).toBeUndefined();
});
