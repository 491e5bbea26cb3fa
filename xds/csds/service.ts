import type { MethodDefinition } from '@grpc/grpc-js';
import type { GrpcServer } from '../grpc/server.ts';
import type { ServerCall } from '../grpc/server-call.ts';
import { status } from '../grpc/status.ts';
import type { XdsServer } from '../server.ts';

const SERVICE = '/envoy.service.status.v3.ClientStatusDiscoveryService';

/** The methods of the client status discovery service (CSDS). */
export const STATUS_METHODS = {
  StreamClientStatus: method('StreamClientStatus', true),
  FetchClientStatus: method('FetchClientStatus', false),
};

/**
 * Adds CSDS to a gRPC server: the resources that each client of `xds` was sent, has ACKed, and has NACKed, with the client's error.
 * It shows all clients to any caller, so the server's guard has to decide which callers to admit.
 */
export function addStatusService(server: GrpcServer, xds: XdsServer): void {
  /** Answers one request. Resolves when the answer is flushed, and never if it is not. */
  async function answer(call: ServerCall, request: Buffer): Promise<void> {
    // Loaded on the first call: calls are rare, and the messages include all of Envoy's configuration dump.
    const { answerStatus } = await import('./answer.ts');
    const response = answerStatus(request, xds.clients());
    const { promise, resolve } = Promise.withResolvers<void>();
    call.write(() => response, { left: resolve });
    await promise;
  }

  server.add(STATUS_METHODS.StreamClientStatus.path, (call) => {
    let answered = Promise.resolve();
    return {
      // One request at a time: a client that does not read its answers gets no more of them, and its requests are not read.
      message(bytes) {
        const request = Buffer.from(bytes);
        call.pause();
        answered = answered
          .then(() => answer(call, request))
          .then(
            () => call.resume(),
            (error: unknown) => call.fail(error),
          );
      },
      halfClose: () => void answered.then(() => call.end(status.OK)),
    };
  });
  server.add(STATUS_METHODS.FetchClientStatus.path, (call) => {
    let request: Buffer | undefined;
    return {
      message(bytes) {
        if (request === undefined) request = Buffer.from(bytes);
        else call.end(status.UNIMPLEMENTED, 'more than one request, for a method that takes one');
      },
      halfClose() {
        if (request === undefined)
          return call.end(status.UNIMPLEMENTED, 'no request, for a method that takes one');
        answer(call, request).then(
          () => call.end(status.OK),
          (error: unknown) => call.fail(error),
        );
      },
    };
  });
}

function method(name: string, isStream: boolean): MethodDefinition<Buffer, Buffer> {
  const asTheyAre = (bytes: Buffer): Buffer => bytes;
  return {
    path: `${SERVICE}/${name}`,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  };
}
