import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';

/** A raw HTTP/2 client for gRPC, which can send what a gRPC library would not. For tests. */
export type RawClient = {
  readonly session: ClientHttp2Session;
  /** Opens a call to a method, e.g. `/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources`. */
  open(path: string): ClientHttp2Stream;
  readonly close: () => void;
};

/** Connects without TLS. `windowSize`: how many bytes the server may send on a stream before the client has read some. */
export function connectRaw(port: number, windowSize?: number): RawClient {
  const settings = windowSize === undefined ? {} : { initialWindowSize: windowSize };
  const session = connect(`http://127.0.0.1:${port}`, { settings });
  session.on('error', () => undefined);
  return {
    session,
    open(path) {
      const stream = session.request(
        {
          [constants.HTTP2_HEADER_METHOD]: 'POST',
          ':path': path,
          'content-type': 'application/grpc',
          te: 'trailers',
        },
        { endStream: false },
      );
      stream.on('error', () => undefined);
      return stream;
    },
    close: () => session.destroy(),
  };
}

/** Frames a message for gRPC: uncompressed, its length, its bytes. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
