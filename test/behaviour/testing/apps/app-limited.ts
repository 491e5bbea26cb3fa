import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';

/** How long an answer takes, in milliseconds: long enough for a burst of requests to overlap. */
const ANSWER_MS = 20;

/** Starts a server of HTTP/2 and gRPC that limits the concurrent streams per connection, and announces the limit as MAX_CONCURRENT_STREAMS. */
export function serveLimited(port: number, host: string | undefined, streams: number): Http2Server {
  const server = createServer({ settings: { maxConcurrentStreams: streams } });
  server.on('sessionError', () => {});
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    stream.on('end', () =>
      setTimeout(() => answer(stream, headers['content-type'] === 'application/grpc'), ANSWER_MS),
    );
    stream.resume();
  });
  return server.listen(port, host);
}

function answer(stream: ServerHttp2Stream, isGrpc: boolean): void {
  if (stream.destroyed) return;
  if (!isGrpc) {
    stream.respond({ ':status': 200 });
    stream.end('ok');
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end();
}
