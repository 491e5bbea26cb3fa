import { listenGrpc } from '../../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../../xds/grpc/server.ts';
import type { InputStatus } from '../input-status.ts';
import { isPortTaken } from '../port-taken.ts';
import { addOtlpServices } from './grpc-services.ts';
import type { OtlpReceivers } from './receivers.ts';
import { countItems } from './count-items.ts';
import { DECOMPRESS } from './decompress.ts';
import { serveOtlpHttp } from './serve-otlp-http.ts';

/** A listening input of OTLP. */
export type OtlpInput = { readonly status: () => InputStatus; readonly close: () => void };

/** Options of an input. */
export type OtlpInputOptions = { readonly port: number; readonly receivers: OtlpReceivers };

const LOOPBACK = '127.0.0.1';
/** Bytes of a request, decoded. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Listens for OTLP over gRPC on loopback, plain or compressed. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenOtlpGrpc({ port, receivers }: OtlpInputOptions): Promise<OtlpInput | undefined> {
  const counted = countItems(receivers);
  const server = createGrpcServer({
    mostMessageBytes: MOST_BYTES,
    decoders: DECOMPRESS,
  });
  addOtlpServices(server, counted);
  try {
    const listener = await listenGrpc(server, { host: LOOPBACK, port });
    return { status: () => counted.status(`otlp/grpc ${LOOPBACK}:${listener.port}`), close: listener.close };
  } catch (error) {
    if (isPortTaken(error)) return undefined;
    throw error;
  }
}

/**
 * Listens for OTLP over HTTP on loopback: protobuf and JSON, plain or compressed. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenOtlpHttp({ port, receivers }: OtlpInputOptions): Promise<OtlpInput | undefined> {
  const counted = countItems(receivers);
  try {
    const serving = await serveOtlpHttp({ address: LOOPBACK, port }, counted.receivers, {
      mostBytes: MOST_BYTES,
      onInvalid: counted.invalid,
    });
    return { status: () => counted.status(`otlp/http ${LOOPBACK}:${serving.port}`), close: serving.close };
  } catch (error) {
    if (isPortTaken(error)) return undefined;
    throw error;
  }
}
