import type { ProxyReference } from '../model/daybreak-types.ts';
import type { MeshHistory } from './mesh-history.ts';
import type { Model } from './model.ts';
import type { ProxyId, ProxySecurity } from './proxy-view.ts';
import type { MeshId, Resource } from './resource.ts';

/** The security of a proxy without a MeshIdentity or NodeIdentity. */
export const NO_SECURITY: ProxySecurity = { mtls: 'OFF', authorization: 'OFF' };

/** Returns the security of a proxy: members of its NodeIdentity, else those of the MeshIdentity, else `OFF`. */
export function securityOf(
  model: Model,
  proxy: Pick<ProxyId, keyof MeshId | 'kind' | 'name'>,
): ProxySecurity {
  const { owner, mesh } = proxy;
  const defaults = { kind: 'meshIdentity', owner, mesh, parent: '', name: 'default' } as const;
  return merged(model.get<'meshIdentity'>(defaults), nodeIdentityOf(model, proxy));
}

/** Returns the NodeIdentity of a proxy; undefined if it has none. Costs the same whatever their number. */
export function nodeIdentityOf(
  model: Model,
  proxy: Pick<ProxyId, keyof MeshId | 'kind' | 'name'>,
): Resource<'nodeIdentity'> | undefined {
  return overrides(model, proxy).get(`${proxy.kind}\0${proxy.name}`);
}

/** Merges the members of a mesh and of one proxy. */
function merged(
  ofMesh: Resource<'meshIdentity'> | undefined,
  ofProxy: Resource<'nodeIdentity'> | undefined,
): ProxySecurity {
  return {
    mtls: ofProxy?.spec.mtls ?? ofMesh?.spec.mtls ?? NO_SECURITY.mtls,
    authorization: ofProxy?.spec.authorization ?? ofMesh?.spec.authorization ?? NO_SECURITY.authorization,
  };
}

type Overrides = ReadonlyMap<string, Resource<'nodeIdentity'>>;

/** Returns the NodeIdentities of a mesh by proxy, listed again only after one of them changed. */
function overrides(model: Model, mesh: MeshId): Overrides {
  const history = model.meshHistory(mesh);
  const changedAt = history?.changedAt('nodeIdentity') ?? 0;
  const known = history && cache.get(history);
  if (known?.changedAt === changedAt) return known.byProxy;
  const byProxy = new Map(model.list('nodeIdentity', mesh).map((each) => [keyOf(each.spec.proxy), each]));
  if (history !== undefined) cache.set(history, { changedAt, byProxy });
  return byProxy;
}

const cache = new WeakMap<MeshHistory, { readonly changedAt: number; readonly byProxy: Overrides }>();

function keyOf(proxy: ProxyReference): string {
  const { kind, name } = referredProxy(proxy);
  return `${kind}\0${name}`;
}

/** Returns the proxy that a NodeIdentity is for. */
export function referredProxy({
  virtualNode,
  virtualGateway,
}: ProxyReference): Pick<ProxyId, 'kind' | 'name'> {
  return virtualNode === undefined
    ? { kind: 'virtualGateway', name: virtualGateway?.virtualGatewayName ?? '' }
    : { kind: 'virtualNode', name: virtualNode.virtualNodeName };
}
