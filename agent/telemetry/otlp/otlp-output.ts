import { readFileSync } from 'node:fs';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { createExportQueue, type ExportQueueOptions, type OutputStatus } from '../queue/export-queue.ts';
import type { Outcome } from '../queue/parcel.ts';
import type { OtlpSettings } from '../settings/otlp-settings.ts';
import type { Signal } from '../settings/signal.ts';
import { toOtlpJson } from './otlp-json.ts';
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
} & Pick<ExportQueueOptions, 'mostBytes' | 'onState'>;

const compress = promisify(gzip);

type Send = (bytes: Uint8Array, signal: AbortSignal) => Promise<Outcome>;
type Sender = { readonly send: Send; readonly close: () => void };

/** Creates an output of one signal. Requests wait encoded; they are compressed when they are sent. */
export function createOtlpOutput<S extends Signal>(
  signal: S,
  options: OtlpOutputOptions,
): OtlpOutput<(typeof REQUESTS)[S]> {
  const { settings, name = 'otlp', mostBytes, onState } = options;
  const { url, protocol, gzip: isGzip } = settings;
  const sender = protocol === 'grpc' ? grpcSender(signal, settings) : httpSender(signal, options);
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
): Sender {
  const { url, protocol, gzip: isGzip } = settings;
  const sender = createHttpSender(transport(settings));
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

function grpcSender(signal: Signal, settings: OtlpSettings): Sender {
  const { url, headers, gzip: isGzip } = settings;
  const sender = createGrpcSender({
    url,
    path: PATHS[signal],
    headers,
    onTaken: (answer) => takenBy(signal, answer, false),
    ...transport(settings),
  });
  return { send: (message, abort) => sender.send(message, isGzip, abort), close: sender.close };
}

function transport({ timeoutMs, caFile, certFile, keyFile }: OtlpSettings) {
  return { timeoutMs, ca: pem(caFile), cert: pem(certFile), key: pem(keyFile) };
}

function pem(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}
