import type { StreamStatus } from '../../xds/status.ts';
import { proxyPath, type Identity } from '../ads/identity.ts';
import { seesProxy, type Viewer } from '../ads/access/viewer.ts';
import type { Model } from '../mesh/model.ts';

/** The Envoys that are connected as a proxy and visible to a viewer, by name and version, e.g. `envoy 1.40.0`. */
export type EnvoysOf = (viewer: Viewer, identity: Identity) => readonly string[];

/** Reads the current streams; `configs` maps a stream's key to the identity of its proxy. */
export function createEnvoysOf(
  model: Model,
  xds: { streams(): readonly StreamStatus[] },
  configs: { get(key: string): { readonly identity: Identity } | undefined },
): EnvoysOf {
  return ({ caller }, identity) => {
    const wanted = proxyPath(identity);
    return xds.streams().flatMap(({ key, node }) => {
      const connected = configs.get(key)?.identity;
      if (connected === undefined || proxyPath(connected) !== wanted) return [];
      return seesProxy(caller, model, connected) ? [node.version] : [];
    });
  };
}
