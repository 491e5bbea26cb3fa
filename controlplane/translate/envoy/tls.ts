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

/** What one end of a connection has and asks for. `files`: the proxy's agent serves certificate files as secrets. */
export type TlsEnd = {
  readonly certificate: CertificateSource | undefined;
  readonly validation: Validation | undefined;
  readonly protocol: PortProtocol;
  readonly files: boolean;
};

type Common = Exclude<MessageInitShape<typeof CommonTlsContextSchema>, { $typeName: string }>;
type ValidationInit = MessageInitShape<typeof CertificateValidationContextSchema>;
type Socket = ReturnType<typeof extension>;

const NAME = 'envoy.transport_sockets.tls';

/**
 * TLS for connections that are accepted, from 1.2 to 1.3 as Envoy's defaults are. With a validation callers have to show a
 * certificate, in every handshake: Envoy would resume a session without looking at it again.
 */
export function serverSocket(end: TlsEnd): Socket {
  return extension(NAME, DownstreamTlsContextSchema, {
    commonTlsContext: common(end, end.protocol === 'http' ? ['http/1.1'] : ['h2', 'http/1.1']),
    ...(end.validation === undefined ? {} : { requireClientCertificate: true, ...NO_RESUMPTION }),
  });
}

// Tickets, and with TLS 1.2 session ids too; an Envoy before 1.28 does not know the second field, and passes it over.
const NO_RESUMPTION = {
  sessionTicketKeysType: { case: 'disableStatelessSessionResumption', value: true },
  disableStatefulSessionResumption: true,
} as const;

/** The longest name that Envoy asks for, in bytes. */
const LONGEST_NAME = 255;

/**
 * TLS 1.2 or 1.3 for connections that are made, and the name that is asked for; an address is none (RFC 6066, 3). Without a
 * version Envoy, as a client, offers 1.2 alone.
 */
export function clientSocket(end: TlsEnd, host: string): Socket {
  return extension(NAME, UpstreamTlsContextSchema, {
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

/** Envoy compares a name with those of its own kind in a certificate. */
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
