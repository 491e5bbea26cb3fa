import type { Listener, PortProtocol, VirtualGatewayListener } from '../../model/types.ts';
import type { TlsEnd } from '../envoy/tls.ts';
import type { Report } from '../problems.ts';
import type { Features } from '../features.ts';
import type { Need } from './secrets.ts';
import { certificateSource, sourceProblem, validationOf } from './sources.ts';

/** How a listener takes connections, at least one way. `needs`: where its secrets come from. */
export type Doors = {
  readonly plain: boolean;
  readonly tls: TlsEnd | undefined;
  readonly needs: readonly Need[];
};

const PLAIN: Doors = { plain: true, tls: undefined, needs: [] };

/**
 * The ways into a listener, by its TLS mode; undefined where none is left. A part that cannot work is reported: what
 * asked for TLS is never plain text instead.
 */
export function listenerDoors(
  { tls, portMapping }: Listener | VirtualGatewayListener,
  features: Features,
  where: string,
  report: Report,
): Doors | undefined {
  if (tls === undefined || tls.mode === 'DISABLED') return PLAIN;
  const at = `${where}/tls`;
  const end = serverEnd(tls, portMapping.protocol, features);
  const plain = tls.mode === 'PERMISSIVE';
  if ('problem' in end) {
    report(at, `${end.problem}: ${plain ? 'it takes plain text only' : 'it is not opened'}`);
    return plain ? PLAIN : undefined;
  }
  const sources = [end.certificate, end.validation?.trust].flatMap((source) => source ?? []);
  return { plain, tls: end, needs: sources.map((source) => ({ where: at, source })) };
}

function serverEnd(
  { certificate, validation }: NonNullable<(Listener | VirtualGatewayListener)['tls']>,
  protocol: PortProtocol,
  features: Features,
): TlsEnd | { readonly problem: string } {
  const own = certificateSource(certificate);
  if (own === undefined) return { problem: 'it names no certificate' };
  // Without names of its own a listener asks for none: any certificate of its authorities will do.
  const wanted = validation && validationOf(validation, []);
  if (validation !== undefined && wanted === undefined) return { problem: 'its validation trusts nothing' };
  const problem = sourceProblem(own, features) ?? sourceProblem(wanted?.trust, features);
  if (problem !== undefined) return { problem };
  return { certificate: own, validation: wanted, protocol, files: features.files };
}
