import type {
  MethodDefinition,
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  sendUnaryData,
} from '@grpc/grpc-js';
import { XdsRefusal } from '../refusal.ts';
import type { XdsServer } from '../server.ts';

const SERVICE = '/envoy.service.status.v3.ClientStatusDiscoveryService';

/** The methods of the service that shows how every client stands (CSDS). */
export const STATUS_METHODS = {
  StreamClientStatus: method('StreamClientStatus', true),
  FetchClientStatus: method('FetchClientStatus', false),
};

type Stream = ServerDuplexStream<Buffer, Buffer>;

/**
 * Adds CSDS to a gRPC server: what each client of `xds` was sent, has acknowledged, and has refused in its own words. It shows
 * all of them to whoever asks, so who may ask is for an interceptor to decide.
 */
export function addStatusService(server: Server, xds: XdsServer): void {
  // Loaded when somebody asks: hardly anybody does, and the messages know all of Envoy's configuration dump.
  const answer = async (request: Buffer): Promise<Buffer> =>
    (await import('./answer.ts')).answerStatus(request, xds.clients());

  server.addService(STATUS_METHODS, {
    StreamClientStatus(call: Stream) {
      answerAll(call, answer).catch((error: unknown) => {
        const { code, message } = XdsRefusal.from(error);
        call.emit('error', { code, details: message });
      });
    },
    FetchClientStatus({ request }: ServerUnaryCall<Buffer, Buffer>, send: sendUnaryData<Buffer>) {
      answer(request).then(
        (response) => send(null, response),
        (error: unknown) => {
          const { code, message } = XdsRefusal.from(error);
          send({ code, details: message });
        },
      );
    },
  });
}

/** One after the other: who does not read its answers is not given more. */
async function answerAll(call: Stream, answer: (request: Buffer) => Promise<Buffer>): Promise<void> {
  for await (const request of call) {
    const response = await answer(request as Buffer);
    const left = Promise.withResolvers<void>();
    call.once('cancelled', left.resolve);
    call.write(response, () => left.resolve());
    await left.promise;
    call.off('cancelled', left.resolve);
  }
  call.end();
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
