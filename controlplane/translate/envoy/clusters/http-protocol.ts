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

/** HTTP/1.1 on both sides: trailers pass, and so does a Content-Length beside chunked encoding, which Envoy removes. */
export const HTTP1: Http1 = { enableTrailers: true, allowChunkedLength: true };

/**
 * Returns the options of HTTP/2 on both sides: a WebSocket is a stream (RFC 8441). As over HTTP/1.1, one header may be as large as all headers together
 * (`kib`), up to Envoy's limit; an Envoy without the field accepts 64 KiB.
 */
export function http2({ longHeaders }: Options, kib: number): Http2 {
  const most = Math.min(kib, MOST_HEADER_KIB);
  return { allowConnect: true, ...(longHeaders && most > HEADER_KIB ? { maxHeaderFieldSizeKb: most } : {}) };
}

/**
 * Returns the options of HTTP/1.1 as a server: it accepts 1.0 too, and ignores an upgrade to any protocol but WebSocket, as a server does that does not
 * know the protocol. An Envoy without the field answers such an upgrade with 403.
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

/** Returns the limit of request headers in KiB. */
export function requestHeadersKib({ headers, recentHttp }: Options): number {
  return recentHttp ? headers.kib : Math.min(headers.kib, OLD_HEADER_KIB);
}

/** Returns the limit of header lines per request. */
export function serverLimits({ headers }: Options): Common {
  return { maxHeadersCount: headers.lines };
}

/** Returns the same limits for responses of an upstream, including their size if the Envoy can limit it. */
export function clientLimits({ headers, recentHttp }: Options): Common {
  return { maxHeadersCount: headers.lines, ...(recentHttp ? { maxResponseHeadersKb: headers.kib } : {}) };
}

/** Returns the options of HTTP/2 to an upstream. If an Envoy cannot limit the size of responses, one response header has Envoy's own limit. */
export function http2Client(options: Options): Http2 {
  return http2(options, options.recentHttp ? options.headers.kib : HEADER_KIB);
}
