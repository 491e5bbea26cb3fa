import { CallError } from '../../xds/grpc/call-error.ts';
import { status } from '../../xds/grpc/status.ts';
import { NO_FEATURES, readFeatures, type Features } from '../translate/features.ts';
import type { Model } from '../mesh/model.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import { MESH_IN_ID } from '../../common/contracts/mesh-in-id.ts';
import type { XdsNode } from '../../xds/node.ts';

/** The resource that a proxy represents, as its node.id names it. `owner`: the account, if the id gives one. */
export type Identity = {
  readonly mesh: string;
  readonly owner: string | undefined;
  readonly kind: ProxyId['kind'];
  readonly name: string;
};

const ARN = /^arn:[^:/]+:appmesh(?:-preview)?:[^:/]*:(?<account>\d{12}):(?<path>mesh\/.+)$/;
const PATH = new RegExp(`^mesh/${MESH_IN_ID}/(?<kind>virtualNode|virtualGateway)/(?<name>[^/]+)$`);

/** The most characters of an id in an error. Ids may have two names of 255 characters. */
const MOST_SHOWN = 600;

/**
 * Parses a node.id: a full ARN, `mesh/M/virtualNode/N`, `mesh/M/virtualGateway/G`, or with `M@OWNER` for a mesh of another
 * account (the forms of App Mesh's APPMESH_RESOURCE_ARN).
 * @throws CallError INVALID_ARGUMENT for anything else.
 */
export function parseIdentity(id: string): Identity {
  const arn = ARN.exec(id)?.groups;
  const path = PATH.exec(arn?.['path'] ?? id)?.groups;
  const { mesh, kind, name } = path ?? {};
  if (mesh === undefined || name === undefined || (kind !== 'virtualNode' && kind !== 'virtualGateway')) {
    const forms =
      'mesh/M/virtualNode/N, mesh/M/virtualGateway/G (M@OWNER for a mesh of another account), or their ARN';
    throw new CallError(
      status.INVALID_ARGUMENT,
      `node.id ${JSON.stringify(id.slice(0, MOST_SHOWN))}${id.length > MOST_SHOWN ? '…' : ''} names no proxy: it has to be ${forms}`,
    );
  }
  return { mesh, owner: path?.['owner'] ?? arn?.['account'], kind, name };
}

/** Returns the path of a proxy's resource, without the account: `mesh/M/virtualNode/N`. */
export function proxyPath({ mesh, kind, name }: Pick<ProxyId, 'mesh' | 'kind' | 'name'>): string {
  return `mesh/${mesh}/${kind}/${name}`;
}

/**
 * Returns the account that owns a proxy's mesh; undefined if the mesh does not exist. The account in the id counts only if
 * several accounts have a mesh of that name.
 */
export function meshOwner(model: Model, { mesh, owner }: Identity): string | undefined {
  const named = model.meshesNamed(mesh);
  const found = named.length === 1 ? named[0] : named.find((candidate) => candidate.owner === owner);
  return found?.owner;
}

/** Returns the id of a proxy's resource in the model; undefined if the resource does not exist. */
export function resolve(model: Model, identity: Identity): ProxyId | undefined {
  const owner = meshOwner(model, identity);
  if (owner === undefined) return undefined;
  const { kind, mesh, name } = identity;
  const id = { kind, owner, mesh, parent: '', name } as ProxyId;
  return model.get(id) === undefined ? undefined : id;
}

/** Returns the features that a proxy's agent reports in `node.metadata.daybreak`, and those of its Envoy's version. */
export function featuresOf({ metadata, version }: Pick<XdsNode, 'metadata' | 'version'>): Features {
  const said = metadata['daybreak'];
  const features =
    typeof said === 'object' && said !== null && !Array.isArray(said) ? readFeatures(said) : NO_FEATURES;
  const minor = Number(/^envoy 1\.(?<minor>\d+)\./.exec(version)?.groups?.['minor'] ?? 0);
  return {
    ...features,
    chainMatcher: features.chainMatcher || minor >= SINCE.chainMatcher,
    metricExtension: features.metricExtension && (minor === 0 || minor >= SINCE.metricExtension),
    authorization: features.mtls && features.ecds && (minor === 0 || minor >= SINCE.authorization),
    longHeaders: features.longHeaders || minor >= SINCE.longHeaders,
  };
}

/** Minor versions of the first Envoy releases with these features; 1.37 is the oldest in which the access logger was tried. */
const SINCE = { chainMatcher: 22, metricExtension: 37, authorization: 37, longHeaders: 38 } as const;
