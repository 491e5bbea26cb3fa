import { ALL_KINDS } from '../../../controlplane/api/testing/test-api.ts';
import { DEFAULT_QUOTAS } from '../../../controlplane/api/checks/quotas.ts';

const OWN_TAG = [{ key: 'team', value: 'colors' }];

/** One document of each kind, in the form of `aws appmesh create-… --cli-input-json`. */
export const documents: readonly Record<string, unknown>[] = ALL_KINDS.map(([path, member, name, spec]) => ({
  meshName: 'colors',
  ...(path.includes('/routes') ? { virtualRouterName: 'router' } : {}),
  ...(path.includes('/gatewayRoutes') ? { virtualGatewayName: 'door' } : {}),
  [member]: name,
  spec,
  tags: OWN_TAG,
}));

/** A virtual node with an empty specification. */
export const node = (name: string, extra: object = {}) => ({
  meshName: 'colors',
  virtualNodeName: name,
  spec: {},
  ...extra,
});
/** The mesh of these documents. */
export const mesh = { meshName: 'colors' };

/** A virtual node with more backends than the quota, which only the control plane checks. */
export const wrongNode = node('wrong', {
  spec: {
    backends: Array.from({ length: DEFAULT_QUOTAS.backends + 1 }, (_, index) => ({
      virtualService: { virtualServiceName: `s${index}` },
    })),
  },
});
