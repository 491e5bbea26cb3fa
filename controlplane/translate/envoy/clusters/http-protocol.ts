import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  Http1ProtocolOptionsSchema,
  Http2ProtocolOptionsSchema,
  HttpProtocolOptionsSchema,
} from '#envoy/envoy/config/core/v3/protocol_pb.ts';
import { HEADER_KIB, HTTP10_HOST, MOST_HEADER_KIB, OLD_HEADER_KIB } from '../../defaults.ts';
import type { Options } from '../../options.ts';
import { otherThan, UPGRADE } from '../upgrades.ts';

type Common = Exclude<MessageInitShape<typeof HttpProtocolOptionsSchema>, { $typeName: string }>;
type Http1 = Exclude<MessageInitShape<typeof Http1ProtocolOptionsSchema>, { $typeName: string }>;
type Http2 = Exclude<MessageInitShape<typeof Http2ProtocolOptionsSchema>, { $typeName: string }>;

/** HTTP/1.1 on both sides: trailers pass, and so does a Content-Length beside chunks, which Envoy takes away. */
export const HTTP1: Http1 = { enableTrailers: true, allowChunkedLength: true };

/**
 * HTTP/2 on both sides: a WebSocket is a stream of it (RFC 8441). One header may be as large as all may be together, `kib`, as over
 * HTTP/1.1, as far as Envoy lets it; an Envoy without the field takes 64 KiB.
 */
export function http2({ longHeaders }: Options, kib: number): Http2 {
  const most = Math.min(kib, MOST_HEADER_KIB);
  return { allowConnect: true, ...(longHeaders && most > HEADER_KIB ? { maxHeaderFieldSizeKb: most } : {}) };
}

/**
 * HTTP/1.1 as a server: 1.0 too, and a wish for any protocol but WebSocket is passed over, as by a server that does not
 * know it; an Envoy without the field refuses it with 403.
 */
export function http1Server({ recentHttp }: Options): Http1 {
  const ignored = { matchPattern: { case: 'safeRegex' as const, value: { regex: otherThan(UPGRADE) } } };
  return {
    ...HTTP1,
    acceptHttp10: true,
    defaultHostForHttp10: HTTP10_HOST,
    ...(recentHttp ? { ignoreHttp11Upgrade: [ignored] } : {}),
  };
}

/** The most KiB of a request's headers. */
export function requestHeadersKib({ headers, recentHttp }: Options): number {
  return recentHttp ? headers.kib : Math.min(headers.kib, OLD_HEADER_KIB);
}

/** The most header lines of a request. */
export function serverLimits({ headers }: Options): Common {
  return { maxHeadersCount: headers.lines };
}

/** The same for the answers of an upstream, with their size where the Envoy can limit that. */
export function clientLimits({ headers, recentHttp }: Options): Common {
  return { maxHeadersCount: headers.lines, ...(recentHttp ? { maxResponseHeadersKb: headers.kib } : {}) };
}

/** HTTP/2 to an upstream. Where an Envoy cannot be told the size of answers, one header of them is not larger than its own limit. */
export function http2Client(options: Options): Http2 {
  return http2(options, options.recentHttp ? options.headers.kib : HEADER_KIB);
}
