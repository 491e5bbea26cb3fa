import { fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { GrpcServer, Method } from '../../../xds/grpc/server.ts';
import { status } from '../../../xds/grpc/status.ts';
import { errorText } from '../../../common/error-text.ts';
import { checkRecords, checkSpans } from './check-ids.ts';
import type { CountedReceivers } from './count-items.ts';
import type { Signal } from '../settings/signal.ts';
import { REQUESTS } from './requests.ts';

/** The method of gRPC for each signal. */
export const PATHS: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/** Every answer is empty: all items were accepted. */
const ANSWER = new Uint8Array();

/** Adds the export services of OTLP to a gRPC server, with a count of the requests that cannot be read. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
export function addOtlpServices(
  server: GrpcServer,
  { receivers: { traces, metrics, logs }, invalid }: Pick<CountedReceivers, 'receivers' | 'invalid'>,
): void {
  if (traces !== undefined) server.add(PATHS.traces, method('traces', traces, invalid, checkSpans));
  if (metrics !== undefined) server.add(PATHS.metrics, method('metrics', metrics, invalid));
  if (logs !== undefined) server.add(PATHS.logs, method('logs', logs, invalid, checkRecords));
}

function method<S extends Signal>(
  signal: S,
  take: (request: MessageShape<(typeof REQUESTS)[S]>) => void,
  invalid: () => void,
  check: (request: MessageShape<(typeof REQUESTS)[S]>) => void = () => undefined,
): Method {
  return (call) => {
    let isTaken = false;
    return {
      message(bytes) {
        // The request keeps parts of its buffer, which belongs to another message after this one.
        take(decode(signal, Uint8Array.from(bytes), invalid, check));
        isTaken = true;
        call.write(() => ANSWER, { left: () => call.end(status.OK) });
      },
      halfClose() {
        if (!isTaken) call.end(status.INVALID_ARGUMENT, 'the call had no request');
      },
    };
  };
}

function decode<S extends Signal>(
  signal: S,
  bytes: Uint8Array,
  invalid: () => void,
  check: (request: MessageShape<(typeof REQUESTS)[S]>) => void,
): MessageShape<(typeof REQUESTS)[S]> {
  try {
    const request = fromBinary<(typeof REQUESTS)[S]>(REQUESTS[signal], bytes);
    check(request);
    return request;
  } catch (error) {
    invalid();
    throw new CallError(status.INVALID_ARGUMENT, `no request of OTLP: ${errorText(error)}`, { cause: error });
  }
}
