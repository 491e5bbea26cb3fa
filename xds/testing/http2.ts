import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';

/** A client that speaks gRPC by hand, so that it can do what a library's would not. For tests. */
export type RawClient = {
  readonly session: ClientHttp2Session;
  /** Opens a call of a method, e.g. `/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources`. */
  open(path: string): ClientHttp2Stream;
  readonly close: () => void;
};

/** Connects without TLS. `windowSize`: how many bytes a stream may be sent before the client has read some. */
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

/** A message as gRPC frames it: not compressed, its length, its bytes. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
