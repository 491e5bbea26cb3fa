import type { MeshCall } from '../../tls/mesh-call.ts';
import { meshClientSocket } from '../mesh-tls.ts';
import type { TlsEnd } from '../tls.ts';
import type { ClusterInit } from './clusters.ts';
import { MUTUAL } from './mutual-mark.ts';

/** Whether a call is by the mutual TLS of the mesh. */
export function isMeshCall(tls: TlsEnd | MeshCall | 'refused' | undefined): tls is MeshCall {
  return typeof tls === 'object' && 'id' in tls;
}

/** Returns the choice of a cluster: mutual TLS to endpoints with the mark, plain text to all others. */
export function mutualSockets({ id, protocol }: MeshCall): ClusterInit {
  return {
    transportSocketMatches: [
      { name: 'daybreak', match: MUTUAL, transportSocket: meshClientSocket(id, protocol) },
    ],
  };
}
