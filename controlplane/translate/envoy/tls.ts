import type { MessageInitShape } from '@bufbuild/protobuf';
import { isIP } from 'node:net';
import {
  SubjectAltNameMatcher_SanType as SanType,
  TlsParameters_TlsProtocol as TlsProtocol,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/common_pb.ts';
import type {
  CertificateValidationContextSchema,
  SubjectAltNameMatcherSchema,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/common_pb.ts';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  type CommonTlsContextSchema,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import type { PortProtocol } from '../../model/types.ts';
import type { CertificateSource, Validation } from '../tls/sources.ts';
import { certificateSecret, trustSecret } from './secret-source.ts';
import { extension } from './typed.ts';

/** The certificate and validation of one end of a connection. `files`: the agent serves certificate files as secrets. */
export type TlsEnd = {
  readonly certificate: CertificateSource | undefined;
  readonly validation: Validation | undefined;
  readonly protocol: PortProtocol;
  readonly files: boolean;
};

type Common = Exclude<MessageInitShape<typeof CommonTlsContextSchema>, { $typeName: string }>;
type ValidationInit = MessageInitShape<typeof CertificateValidationContextSchema>;
type Socket = ReturnType<typeof extension>;

/** The name of Envoy's TLS. */
export const TLS_SOCKET = 'envoy.transport_sockets.tls';

/**
 * Returns TLS for accepted connections, from 1.2 to 1.3, Envoy's defaults. With a validation, callers have to present a
 * certificate in every handshake: Envoy would resume a session without checking the certificate again.
 */
export function serverSocket(end: TlsEnd): Socket {
  return extension(TLS_SOCKET, DownstreamTlsContextSchema, {
    commonTlsContext: common(end, end.protocol === 'http' ? ['http/1.1'] : ['h2', 'http/1.1']),
    ...(end.validation === undefined ? {} : { requireClientCertificate: true, ...NO_RESUMPTION }),
  });
}

/** Disables tickets, and session ids of TLS 1.2; an Envoy before 1.28 ignores the second field. */
export const NO_RESUMPTION = {
  sessionTicketKeysType: { case: 'disableStatelessSessionResumption', value: true },
  disableStatefulSessionResumption: true,
} as const;

/** The longest SNI that Envoy sends, in bytes. */
const LONGEST_NAME = 255;

/**
 * Returns TLS 1.2 or 1.3 for outgoing connections, with the SNI; an address is not sent as SNI (RFC 6066, 3). Without an
 * explicit version, Envoy as a client offers only 1.2.
 */
export function clientSocket(end: TlsEnd, host: string): Socket {
  return extension(TLS_SOCKET, UpstreamTlsContextSchema, {
    commonTlsContext: {
      ...common(end, end.protocol === 'http' ? ['http/1.1'] : ['h2']),
      tlsParams: VERSIONS,
    },
    ...(isIP(host) === 0 && Buffer.byteLength(host) <= LONGEST_NAME ? { sni: host } : {}),
  });
}

const VERSIONS = {
  tlsMinimumProtocolVersion: TlsProtocol.TLSv1_2,
  tlsMaximumProtocolVersion: TlsProtocol.TLSv1_3,
} as const;

function common({ certificate, validation, protocol, files }: TlsEnd, alpn: string[]): Common {
  return {
    ...(certificate && certificateOf(certificate, files)),
    ...(validation && { validationContextType: validationType(validation, files) }),
    alpnProtocols: protocol === 'tcp' ? [] : alpn,
  };
}

function certificateOf(source: CertificateSource, files: boolean): Common {
  if (source.kind === 'file' && !files) {
    const { chain, privateKey } = source;
    return { tlsCertificates: [{ certificateChain: fileSource(chain), privateKey: fileSource(privateKey) }] };
  }
  return { tlsCertificateSdsSecretConfigs: [certificateSecret(source)] };
}

function validationType(
  { trust, names }: Validation,
  files: boolean,
): NonNullable<Common['validationContextType']> {
  const match: ValidationInit = { matchTypedSubjectAltNames: names.map(nameMatcher) };
  if (trust.kind === 'file' && !files) {
    return { case: 'validationContext', value: { ...match, trustedCa: fileSource(trust.chain) } };
  }
  const secret = trustSecret(trust);
  if (names.length === 0) return { case: 'validationContextSdsSecretConfig', value: secret };
  const value = { defaultValidationContext: match, validationContextSdsSecretConfig: secret };
  return { case: 'combinedValidationContext', value };
}

/** Envoy compares a name with the names of the same kind in a certificate. */
function nameMatcher(name: string): MessageInitShape<typeof SubjectAltNameMatcherSchema> {
  return { sanType: kindOf(name), matcher: { matchPattern: { case: 'exact', value: name } } };
}

function kindOf(name: string): SanType {
  if (isIP(name) !== 0) return SanType.IP_ADDRESS;
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return SanType.URI;
  return name.includes('@') ? SanType.EMAIL : SanType.DNS;
}

function fileSource(filename: string) {
  return { specifier: { case: 'filename' as const, value: filename } };
}
