import { spiffeIdOf } from '../../../common/contracts/spiffe-id.ts';
import type { TargetNode } from '../../mesh/proxy-view.ts';
import type { Listener, PortProtocol } from '../../model/types.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';

/**
 * Calls by mutual TLS with the certificates of the control plane's authority. `id`: the SPIFFE id of the target. `required`: to every
 * instance; else only to those that take it.
 */
export type MeshCall = { readonly id: string; readonly protocol: PortProtocol; readonly required: boolean };

/** The mesh of a caller. */
export type CallerMesh = { readonly owner: string; readonly name: string };

/**
 * Returns how a proxy calls a listener of a virtual node that takes mutual TLS: undefined without an authority, from a proxy without a
 * certificate, to a listener with a `tls` block of its own, and to a name that no SPIFFE id can have.
 */
export function meshCall(
  caller: CallerMesh,
  { node, listener }: { readonly node: TargetNode; readonly listener: Listener },
  { trustDomain, mtls }: Options,
  report: Report,
): MeshCall | undefined {
  if (trustDomain === undefined || node.mtls === undefined || listener.tls !== undefined) return undefined;
  const where = `virtualNode/${node.name}`;
  const required = node.mtls === 'STRICT';
  if (!mtls) {
    if (required)
      report(where, 'it takes mutual TLS only, and this proxy has no certificate (DAYBREAK_IDENTITY)');
    return undefined;
  }
  const id = spiffeIdOf(trustDomain, {
    owner: caller.owner,
    mesh: caller.name,
    kind: 'virtualNode',
    name: node.name,
  });
  return id === undefined ? undefined : { id, protocol: listener.portMapping.protocol, required };
}
