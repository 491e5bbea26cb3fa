import { expect, test } from 'vitest';
import { resourceName } from './resource-name.ts';

test.each([
  ['mesh/apps/virtualNode/serviceB', 'apps', 'virtualNode', 'serviceB'],
  ['mesh/apps/virtualGateway/in', 'apps', 'virtualGateway', 'in'],
  ['mesh/apps@111122223333/virtualNode/b', 'apps', 'virtualNode', 'b'],
  ['arn:aws:appmesh:us-west-2:111122223333:mesh/apps/virtualNode/b', 'apps', 'virtualNode', 'b'],
  [
    'arn:aws-cn:appmesh:cn-north-1:111122223333:mesh/a@444455556666/virtualGateway/g',
    'a',
    'virtualGateway',
    'g',
  ],
  ['mesh/a@b/virtualNode/n', 'a@b', 'virtualNode', 'n'],
  ['arn:aws:appmesh-preview:us-west-2:111122223333:mesh/apps/virtualNode/b', 'apps', 'virtualNode', 'b'],
])('%s', (id, mesh, kind, name) => {
  expect(resourceName(id)).toEqual({ value: { id, mesh, kind, name } });
});

test.each([
  'apps',
  'mesh/apps',
  'mesh/apps/virtualNode/',
  'mesh//virtualNode/b',
  'mesh/apps/virtualRouter/r',
  'mesh/apps/virtualNode/b/c',
  'mesh/apps/virtualNode/b\nc',
  'mesh/my apps/virtualNode/b',
  'mesh/apps@2/virtualNode/b',
  'arn:aws:ecs:us-west-2:1:task-set/cluster/service/ecs-svc/1',
  'arn:aws:appmesh:us-west-2:1:virtualNode/b',
])('%j is refused', (text) => {
  expect(resourceName(text)).toHaveProperty('wanted');
});
