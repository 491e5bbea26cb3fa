import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

type Decompress = (body: Buffer, mostBytes: number) => Buffer;

/**
 * The encodings of requests, by the names of HTTP and gRPC: those that OpenTelemetry's SDKs and its collector can send and Node can decode.
 * Each throws if the body has another form, or more than `mostBytes` decoded.
 */
export const DECOMPRESS: Readonly<Record<'gzip' | 'deflate' | 'zstd', Decompress>> = {
  gzip: (body, maxOutputLength) => gunzipSync(body, { maxOutputLength }),
  deflate: (body, maxOutputLength) => inflateSync(body, { maxOutputLength }),
  zstd: (body, maxOutputLength) => zstdDecompressSync(body, { maxOutputLength }),
};
