import type { Listener, PortProtocol, VirtualGatewayListener } from '../../model/types.ts';
import type { TlsEnd } from '../envoy/tls.ts';
import type { Report } from '../problems.ts';
import type { Features } from '../features.ts';
import type { SecretRef } from './secrets.ts';
import { certificateSource, sourceProblem, validationOf } from './sources.ts';

/** Mutual TLS of proxies at a listener. `callers`: the beginning of the SPIFFE ids that it accepts. */
export type MeshEnd = { readonly callers: string; readonly protocol: PortProtocol };

/** The modes in which a listener accepts connections, at least one. `secretRefs`: the sources of its secrets. */
export type TlsModes = {
  readonly plain: boolean;
  readonly tls: TlsEnd | undefined;
  /** Mutual TLS with the certificates of the control plane's authority. Absent: none. */
  readonly mesh?: MeshEnd;
  /** Beside `mesh`: whether other TLS passes through to the application, as plain text does. Default: it does not. */
  readonly passesTls?: boolean;
  /** Whether the agent learns of callers without mutual TLS. Default: it does not. */
  readonly logsPlain?: boolean;
  readonly secretRefs: readonly SecretRef[];
};

const PLAIN: TlsModes = { plain: true, tls: undefined, secretRefs: [] };

/**
 * Returns the modes of a listener by its TLS configuration; undefined if no mode is left. Parts that cannot work are reported: a
 * listener that requires TLS never falls back to plain text.
 */
export function listenerTlsModes(
  { tls, portMapping }: Listener | VirtualGatewayListener,
  features: Features,
  where: string,
  report: Report,
): TlsModes | undefined {
  if (tls === undefined || tls.mode === 'DISABLED') return PLAIN;
  const at = `${where}/tls`;
  const end = serverEnd(tls, portMapping.protocol, features);
  const plain = tls.mode === 'PERMISSIVE';
  if ('problem' in end) {
    report(at, `${end.problem}: ${plain ? 'it takes plain text only' : 'it is not opened'}`);
    return plain ? PLAIN : undefined;
  }
  const sources = [end.certificate, end.validation?.trust].flatMap((source) => source ?? []);
  return { plain, tls: end, secretRefs: sources.map((source) => ({ where: at, source })) };
}

function serverEnd(
  { certificate, validation }: NonNullable<(Listener | VirtualGatewayListener)['tls']>,
  protocol: PortProtocol,
  features: Features,
): TlsEnd | { readonly problem: string } {
  const own = certificateSource(certificate);
  if (own === undefined) return { problem: 'it names no certificate' };
  // A listener without names of its own accepts any certificate of its authorities.
  const wanted = validation && validationOf(validation, []);
  if (validation !== undefined && wanted === undefined) return { problem: 'its validation trusts nothing' };
  const problem = sourceProblem(own, features) ?? sourceProblem(wanted?.trust, features);
  if (problem !== undefined) return { problem };
  return { certificate: own, validation: wanted, protocol, files: features.files };
}
