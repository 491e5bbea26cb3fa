import { spiffeIdOf, spiffeIdsOfMesh } from '../../../common/contracts/spiffe-id.ts';
import type { ProxyId, ProxySecurity } from '../../mesh/proxy-view.ts';
import type { Listener } from '../../model/types.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { TlsModes } from './listeners.ts';

/** Mutual TLS with the certificates of the control plane's authority, as the proxy of a virtual node takes it. */
export type Automatic = {
  readonly mode: ProxySecurity['mtls'];
  /** The beginning of the SPIFFE ids of its callers: every proxy of its mesh. */
  readonly callers: string;
};

/**
 * Returns the automatic mutual TLS of a proxy; undefined without an authority, for a proxy without a certificate, and for a name
 * that no SPIFFE id can have, which is reported unless the mode is `OFF`.
 */
export function automaticTls(
  proxy: Pick<ProxyId, 'owner' | 'mesh' | 'kind' | 'name'>,
  { mtls: mode }: ProxySecurity,
  { trustDomain, mtls }: Options,
  report: Report,
): Automatic | undefined {
  const where = `${proxy.kind}/${proxy.name}`;
  if (trustDomain === undefined) return undefined;
  if (!mtls) {
    if (mode === 'STRICT')
      report(
        where,
        'mutual TLS is STRICT, and this proxy has no certificate (DAYBREAK_IDENTITY): it takes plain text',
      );
    return undefined;
  }
  if (spiffeIdOf(trustDomain, proxy) === undefined) {
    if (mode !== 'OFF') report(where, 'its name cannot be in a SPIFFE id: it takes no mutual TLS');
    return undefined;
  }
  return { mode, callers: spiffeIdsOfMesh(trustDomain, proxy) };
}

/**
 * Adds automatic mutual TLS to the modes of a listener. A `tls` block of the listener wins. With `OFF` the listener takes mutual TLS too,
 * so that callers that still use it do not fail; but not on tcp, where the server may speak first, and would wait for the caller.
 */
export function withAutomatic(
  modes: TlsModes,
  { tls, portMapping }: Listener,
  automatic: Automatic | undefined,
): TlsModes {
  if (automatic === undefined || tls !== undefined) return modes;
  const { mode, callers } = automatic;
  const { protocol } = portMapping;
  if (protocol === 'tcp' && mode === 'OFF') return modes;
  return {
    ...modes,
    mesh: { callers, protocol },
    plain: mode !== 'STRICT',
    passesTls: protocol === 'tcp' && mode !== 'STRICT',
    ...(mode === 'PERMISSIVE' ? { logsPlain: true } : {}),
  };
}
