import type { Thing } from '../story.ts';
import { GATEWAYS } from './gateways.ts';
import { NODES } from './nodes.ts';
import { ROUTERS } from './routers.ts';

const service = (virtualServiceName: string, before: object, after: object): Thing => ({
  kind: 'VirtualService',
  names: { virtualServiceName },
  specs: [before, after],
});
const router = { provider: { virtualRouter: { virtualRouterName: 'router' } } };
const node = { provider: { virtualNode: { virtualNodeName: 'listeners' } } };

/**
 * Resources that together have every member of the API, each with every value of its enumeration, and with zero, false and empty values where the API
 * allows them. In the order in which they can be created; each has two specifications.
 */
export const WHOLE_MODEL: readonly Thing[] = [
  {
    kind: 'Mesh',
    names: {},
    specs: [
      { egressFilter: { type: 'ALLOW_ALL' }, serviceDiscovery: { ipPreference: 'IPv6_PREFERRED' } },
      { egressFilter: { type: 'DROP_ALL' }, serviceDiscovery: { ipPreference: 'IPv4_PREFERRED' } },
    ],
  },
  {
    kind: 'Mesh',
    names: { meshName: 'addresses' },
    specs: [
      { serviceDiscovery: { ipPreference: 'IPv4_ONLY' } },
      { serviceDiscovery: { ipPreference: 'IPv6_ONLY' } },
    ],
  },
  ...NODES,
  ...ROUTERS,
  service('router.local', router, router),
  service('a b/tëller+local:80', node, {}),
  service('none.local', {}, node),
  ...GATEWAYS,
];
