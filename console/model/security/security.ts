import type {
  AuthorizationMode,
  MtlsMode,
  NodeIdentitySpec,
} from '../../../controlplane/model/daybreak-types.ts';
import type { MeshModel } from '../resources.ts';

/** How a proxy takes its callers. */
export type Security = { readonly mtls: MtlsMode; readonly authorization: AuthorizationMode };

const OFF: Security = { mtls: 'OFF', authorization: 'OFF' };

/**
 * Returns a function that has the security of each proxy, by the key of its piece (`virtualNode/N`): members of its NodeIdentity, else those of
 * the MeshIdentity `default`, else `OFF`, as in `controlplane/mesh/security.ts`.
 */
export function securityIn({ resources }: MeshModel): (piece: string) => Security {
  const ofMesh = resources.find(({ kind, name }) => kind === 'meshIdentity' && name === 'default');
  const standard = merged(OFF, ofMesh?.spec);
  const own = new Map(
    resources
      .filter(({ kind }) => kind === 'nodeIdentity')
      .map(({ spec }) => {
        const identity = spec as unknown as NodeIdentitySpec;
        const { virtualNode, virtualGateway } = identity.proxy;
        const key =
          virtualNode === undefined
            ? `virtualGateway/${virtualGateway?.virtualGatewayName ?? ''}`
            : `virtualNode/${virtualNode.virtualNodeName}`;
        return [key, merged(standard, identity)] as const;
      }),
  );
  return (piece) => own.get(piece) ?? standard;
}

function merged(standard: Security, spec: Partial<Security> | undefined): Security {
  return {
    mtls: spec?.mtls ?? standard.mtls,
    authorization: spec?.authorization ?? standard.authorization,
  };
}
