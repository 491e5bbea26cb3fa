import { ALL_KINDS } from '../../../controlplane/api/testing/test-api.ts';
import { DEFAULT_QUOTAS } from '../../../controlplane/api/checks/quotas.ts';

const OWN_TAG = [{ key: 'team', value: 'colors' }];

/** One document of each kind, as `aws appmesh create-… --cli-input-json` takes it. */
export const documents: readonly Record<string, unknown>[] = ALL_KINDS.map(([path, member, name, spec]) => ({
  meshName: 'colors',
  ...(path.includes('/routes') ? { virtualRouterName: 'router' } : {}),
  ...(path.includes('/gatewayRoutes') ? { virtualGatewayName: 'door' } : {}),
  [member]: name,
  spec,
  tags: OWN_TAG,
}));

/** A virtual node that does nothing. */
export const node = (name: string, extra: object = {}) => ({
  meshName: 'colors',
  virtualNodeName: name,
  spec: {},
  ...extra,
});
/** Its mesh. */
export const mesh = { meshName: 'colors' };

/** A virtual node with more backends than the quota: only the control plane can tell. */
export const wrongNode = node('wrong', {
  spec: {
    backends: Array.from({ length: DEFAULT_QUOTAS.backends + 1 }, (_, index) => ({
      virtualService: { virtualServiceName: `s${index}` },
    })),
  },
});
