import { readFileSync } from 'node:fs';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import {
  createExportQueue,
  type ExportQueueOptions,
  type OutputStatus,
  type Outcome,
} from '../queue/export-queue.ts';
import type { OtlpSettings } from '../settings/otlp-settings.ts';
import type { Signal } from '../settings/signal.ts';
import { toOtlpJson } from './otlp-json.ts';
import { REQUESTS } from './requests.ts';
import { createHttpSender, outcomeOf, type OtlpRequest } from './send-http.ts';

/** An output that takes requests of OTLP: `ExportMetricsServiceRequest` and its like. */
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

/** Creates an output of one signal over HTTP. Requests wait encoded, and compressed if that is wanted. */
export function createOtlpOutput<S extends Signal>(
  signal: S,
  options: OtlpOutputOptions,
): OtlpOutput<(typeof REQUESTS)[S]> {
  const { settings, name = 'otlp', complete } = options;
  const isJson = settings.protocol === 'http/json';
  const sender = createHttpSender({
    timeoutMs: settings.timeoutMs,
    ca: pem(settings.caFile),
    cert: pem(settings.certFile),
    key: pem(settings.keyFile),
  });
  const headers = {
    ...settings.headers,
    'content-type': isJson ? 'application/json' : 'application/x-protobuf',
    ...(settings.gzip ? { 'content-encoding': 'gzip' } : {}),
  };
  const queue = createExportQueue({
    output: `${name} ${signal} ${settings.url.origin}${settings.url.pathname}`,
    mostBytes: options.mostBytes,
    onState: options.onState,
    async send({ bytes }, abort): Promise<Outcome> {
      const body = settings.gzip ? await compress(bytes) : bytes;
      const request = { url: settings.url, headers, body };
      return outcomeOf(await sender.send(complete === undefined ? request : await complete(request), abort));
    },
  });
  const schema: DescMessage = REQUESTS[signal];
  return {
    push(request, items) {
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

function pem(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}
