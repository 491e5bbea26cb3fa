import { constants } from 'node:http2';

/** What is under a server's call in grpc-js: interceptors, each with the next, and last the HTTP/2 stream. */
type Layer = {
  readonly call?: Layer;
  readonly nextCall?: Layer;
  readonly stream?: { close(code: number): void };
};

/**
 * Ends a call at once, with what was written to it unsent. grpc-js has no way of its own: its status waits behind the data,
 * and a peer that does not read never lets that leave.
 */
export function resetCall(call: object): void {
  let layer: Layer | undefined = call;
  while (layer !== undefined && typeof layer.stream?.close !== 'function')
    layer = layer.call ?? layer.nextCall;
  layer?.stream?.close(constants.NGHTTP2_CANCEL);
}
