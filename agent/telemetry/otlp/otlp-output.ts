import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { createExportQueue, type OutputStatus } from '../queue/export-queue.ts';
import type { Parts } from '../parts.ts';
import type { OtlpSettings } from '../settings/otlp-settings.ts';
import type { Signal } from '../settings/signal.ts';
import { toOtlpJson } from './otlp-json.ts';
import { followSender, type Sender, type SenderTls } from './followed-sender.ts';
import { PATHS } from './grpc-services.ts';
import { takenBy } from './partial-success.ts';
import { REQUESTS } from './requests.ts';
import { createGrpcSender } from './send-grpc.ts';
import { createHttpSender, outcomeOf, type OtlpRequest } from './send-http.ts';

/** An output for requests of OTLP, such as `ExportMetricsServiceRequest`. */
export type OtlpOutput<D extends DescMessage> = {
  /** `items`: how many points, spans or records the request has. */
  readonly push: (request: MessageShape<D>, items: number) => void;
  readonly status: () => OutputStatus;
  readonly close: (limitMs: number) => Promise<void>;
};

/** Options of an output. */
export type OtlpOutputOptions = {
  readonly settings: OtlpSettings;
  /** The name in the status. Default: `otlp`. */
  readonly name?: string;
  /** Completes a request before each attempt, such as by a signature. */
  readonly complete?: (request: OtlpRequest) => Promise<OtlpRequest>;
} & Pick<Parts, 'mostBytes' | 'onState' | 'log'>;

const compress = promisify(gzip);

/**
 * Creates an output of one signal. Requests wait encoded; they are compressed when they are sent.
 * @throws Error if a file of a certificate cannot be read
 */
export async function createOtlpOutput<S extends Signal>(
  signal: S,
  options: OtlpOutputOptions,
): Promise<OtlpOutput<(typeof REQUESTS)[S]>> {
  const { settings, name = 'otlp', mostBytes, onState, log } = options;
  const { url, protocol, gzip: isGzip } = settings;
  const sender = await followSender(
    settings,
    `certificate of OTLP ${signal}`,
    (tls) => (protocol === 'grpc' ? grpcSender(signal, settings, tls) : httpSender(signal, options, tls)),
    log,
  );
  const queue = createExportQueue({
    output: `${name} ${signal} ${url.origin}${protocol === 'grpc' ? '' : url.pathname}`,
    mostBytes,
    onState,
    send: async ({ bytes }, abort) => sender.send(isGzip ? await compress(bytes) : bytes, abort),
  });
  const schema: DescMessage = REQUESTS[signal];
  return {
    push(request, items) {
      const isJson = protocol === 'http/json';
      const bytes = isJson ? Buffer.from(toOtlpJson(schema, request)) : toBinary(schema, request);
      queue.push({ items, bytes });
    },
    status: queue.status,
    async close(limitMs) {
      await queue.close(limitMs);
      sender.close();
    },
  };
}

function httpSender(
  signal: Signal,
  { settings, complete = async (request) => request }: OtlpOutputOptions,
  tls: SenderTls,
): Sender {
  const { url, protocol, gzip: isGzip, timeoutMs } = settings;
  const sender = createHttpSender({ timeoutMs, ...tls });
  const headers = {
    ...settings.headers,
    'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  };
  return {
    async send(body, abort) {
      const answer = await sender.send(await complete({ url, headers, body }), abort);
      const outcome = outcomeOf(answer);
      return outcome.kind === 'taken' ? takenBy(signal, answer.body, protocol === 'http/json') : outcome;
    },
    close: sender.close,
  };
}

function grpcSender(signal: Signal, settings: OtlpSettings, tls: SenderTls): Sender {
  const { url, headers, gzip: isGzip, timeoutMs } = settings;
  const sender = createGrpcSender({
    url,
    path: PATHS[signal],
    headers,
    onTaken: (answer) => takenBy(signal, answer, false),
    timeoutMs,
    ...tls,
  });
  return { send: (message, abort) => sender.send(message, isGzip, abort), close: sender.close };
}
