import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  SubjectAltNameMatcher_SanType as SanType,
  TlsParameters_TlsProtocol as TlsProtocol,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/common_pb.ts';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  type CommonTlsContextSchema,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import type { StringMatcherSchema } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import { IDENTITY_SECRET, MESH_ALPN, TRUST_SECRET } from '../../../common/contracts/identity-secrets.ts';
import type { PortProtocol } from '../../model/types.ts';
import type { MeshEnd } from '../tls/listeners.ts';
import { fromAgent } from './secret-source.ts';
import { NO_RESUMPTION, TLS_SOCKET } from './tls.ts';
import { extension } from './typed.ts';

type Common = Exclude<MessageInitShape<typeof CommonTlsContextSchema>, { $typeName: string }>;
type Pattern = MessageInitShape<typeof StringMatcherSchema>['matchPattern'];

/**
 * Returns mutual TLS 1.3 for accepted connections of the mesh's proxies. No session is resumed, because Envoy would not check the
 * certificate again.
 */
export function meshServerSocket({ callers, protocol }: MeshEnd): ReturnType<typeof extension> {
  return extension(TLS_SOCKET, DownstreamTlsContextSchema, {
    commonTlsContext: common(
      { case: 'prefix', value: callers },
      protocol === 'tcp' ? [] : protocol === 'http' ? ['http/1.1'] : ['h2', 'http/1.1'],
    ),
    requireClientCertificate: true,
    ...NO_RESUMPTION,
  });
}

/** Returns mutual TLS 1.3 for connections to the proxy with a SPIFFE id. */
export function meshClientSocket(id: string, protocol: PortProtocol): ReturnType<typeof extension> {
  const spoken = { http: ['http/1.1'], http2: ['h2'], grpc: ['h2'], tcp: [] } as const;
  return extension(TLS_SOCKET, UpstreamTlsContextSchema, {
    commonTlsContext: common({ case: 'exact', value: id }, [MESH_ALPN, ...spoken[protocol]]),
    maxSessionKeys: 0,
  });
}

function common(peer: Pattern, alpnProtocols: string[]): Common {
  const matcher = { sanType: SanType.URI, matcher: { matchPattern: peer ?? { case: undefined } } };
  return {
    tlsParams: {
      tlsMinimumProtocolVersion: TlsProtocol.TLSv1_3,
      tlsMaximumProtocolVersion: TlsProtocol.TLSv1_3,
    },
    tlsCertificateSdsSecretConfigs: [fromAgent(IDENTITY_SECRET)],
    validationContextType: {
      case: 'combinedValidationContext',
      value: {
        defaultValidationContext: { matchTypedSubjectAltNames: [matcher] },
        validationContextSdsSecretConfig: fromAgent(TRUST_SECRET),
      },
    },
    alpnProtocols,
  };
}
