import type { Model } from '../mesh/model.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import { nodeIdentityOf } from '../mesh/security.ts';
import type { MeshIdentitySpec, NodePrincipal } from '../model/daybreak-types.ts';

/** The lifetime of certificates without a MeshIdentity, in hours. A control plane may then be away for 32 hours at any time. */
export const DEFAULT_CERTIFICATE_HOURS = 72;

/** Returns the MeshIdentity of a mesh; empty if it has none. */
export function meshIdentityOf(
  model: Model,
  { owner, mesh }: Pick<ProxyId, 'owner' | 'mesh'>,
): MeshIdentitySpec {
  const id = { kind: 'meshIdentity', owner, mesh, parent: '', name: 'default' } as const;
  return model.get<'meshIdentity'>(id)?.spec ?? {};
}

/** Returns the principals that may be a proxy. */
export function principalsOf(model: Model, proxy: ProxyId): readonly NodePrincipal[] {
  return nodeIdentityOf(model, proxy)?.spec.principals ?? [];
}

/** Whether a principal is one of AWS. If a proxy has such a principal, IAM policies do not bind others to it. */
export function namesAwsPrincipals({ awsRole, awsUser }: NodePrincipal): boolean {
  return awsRole !== undefined || awsUser !== undefined;
}

/** Returns the document that would bind a principal to a proxy, for `daybreak apply -f -`. */
export function bindingFor({ mesh, kind, name }: ProxyId, principal: NodePrincipal): string {
  const proxy =
    kind === 'virtualNode'
      ? { virtualNode: { virtualNodeName: name } }
      : { virtualGateway: { virtualGatewayName: name } };
  return JSON.stringify({ meshName: mesh, nodeIdentityName: name, spec: { proxy, principals: [principal] } });
}
