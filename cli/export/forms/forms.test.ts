import { expect, it } from 'vitest';
import { recogniseDocuments } from '../../resources/recognise.ts';
import { FORM_NAMES, writeAs } from './forms.ts';

const RESOURCES: readonly object[] = [
  {
    meshName: 'shop',
    spec: { serviceDiscovery: { ipPreference: 'IPv6_PREFERRED' } },
    tags: [{ key: 'team', value: 'red' }],
  },
  {
    virtualNodeName: 'cart',
    spec: {
      listeners: [
        { portMapping: { port: 8080, protocol: 'http' }, timeout: { http: { idle: { unit: 's' } } } },
      ],
      serviceDiscovery: {
        awsCloudMap: {
          namespaceName: 'shop.local',
          serviceName: 'cart',
          attributes: [{ key: 'version', value: '1' }],
          ipPreference: 'IPv4_ONLY',
        },
      },
      backends: [{ virtualService: { virtualServiceName: 'pay.example.com' } }],
    },
  },
  { virtualRouterName: 'Cart', spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] } },
  {
    virtualRouterName: 'Cart',
    routeName: 'all',
    spec: {
      httpRoute: {
        match: {
          prefix: '/',
          headers: [
            { name: 'a', match: { exact: '${b}' } },
            { name: 'c', invert: true },
          ],
        },
        action: { weightedTargets: [{ virtualNode: 'cart', weight: 1 }] },
        retryPolicy: {
          maxRetries: 0,
          perRetryTimeout: { unit: 'ms', value: 10 },
          httpRetryEvents: ['server-error'],
        },
      },
    },
    tags: [{ key: 'a', value: 'b' }],
  },
  {
    virtualServiceName: 'cart.shop.local',
    spec: { provider: { virtualRouter: { virtualRouterName: 'Cart' } } },
  },
  { virtualGatewayName: 'door', spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] } },
  {
    virtualGatewayName: 'door',
    gatewayRouteName: 'cart',
    spec: {
      httpRoute: {
        match: { prefix: '/', method: 'GET' },
        action: { target: { virtualService: { virtualServiceName: 'cart.shop.local' } } },
      },
    },
  },
];

it.each(FORM_NAMES)('a mesh as %s equals its golden file', async (form) => {
  const raw = RESOURCES.map((value, index) => ({ value, origin: { file: 'shop', index, line: 1 } }));
  const { documents } = recogniseDocuments(raw, { mesh: 'shop' });
  const { text, extension, note } = await writeAs(
    form,
    documents.map(({ key, spec = {}, tags = [] }) => ({
      key,
      spec,
      tags,
      arn: 'arn:aws:appmesh:eu-west-1:111122223333:mesh/shop',
    })),
  );
  await expect(`${text}\n--- stderr:\n${note}`).toMatchFileSnapshot(`testdata/${form}.${extension}.txt`);
});
