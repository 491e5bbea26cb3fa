import type { IncomingMessage } from 'node:http';
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { errorText } from '../../../common/error-text.ts';
import { BodyTooLongError, readBody } from '../../serving/read-body.ts';
import {
  refuse,
  serve,
  type Call,
  type ListenAddress,
  type Refusal,
  type ListeningServer,
} from '../../serving/serve.ts';
import { SIGNALS, type Signal } from '../settings/signal.ts';
import { checkRecords, checkSpans } from './check-ids.ts';
import { DECOMPRESS } from './decompress.ts';
import type { OtlpReceivers } from './receivers.ts';
import { fromOtlpJson } from './otlp-json.ts';
import { OTLP_TYPES, refuseOtlp, type OtlpType } from './refuse-otlp.ts';
import { REQUESTS } from './requests.ts';
import { errorCode } from '../../../common/error-code.ts';

/** Options of the HTTP input. */
export type OtlpHttpOptions = {
  /** The most bytes of a request, decoded. */
  readonly mostBytes: number;
  readonly onInvalid: () => void;
};

/** Each process of an application has a connection, and uses it once a minute or more often (`OTEL_METRIC_EXPORT_INTERVAL`). */
const CONNECTIONS = { most: 128, idleMs: 90_000 };

/**
 * Serves the endpoints of OTLP over HTTP. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
 * @throws Error if the address is in use, or this user may not listen there
 */
export async function serveOtlpHttp(
  place: ListenAddress,
  receivers: OtlpReceivers,
  options: OtlpHttpOptions,
): Promise<ListeningServer> {
  return serve(place, [], (call) => void answer(call, receivers, options), CONNECTIONS);
}

type Encoding = keyof typeof DECOMPRESS | 'identity';

/** A request that can be read. */
type Readable = { readonly signal: Signal; readonly type: OtlpType; readonly encoding: Encoding };

async function answer(call: Call, receivers: OtlpReceivers, options: OtlpHttpOptions): Promise<void> {
  const { request, response } = call;
  const readable = readableOf(call, receivers);
  if ('status' in readable) return refuse(response, readable);
  const { type } = readable;
  try {
    take(receivers, readable, await read(request, readable.encoding, options.mostBytes));
    response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '');
  } catch (error) {
    options.onInvalid();
    const code = error instanceof BodyTooLongError ? 413 : 400;
    if (!response.destroyed) refuseOtlp(response, code, errorText(error), type);
  }
}

const NOT_FOUND: Refusal = {
  status: 404,
  line: `POST ${SIGNALS.map((signal) => `/v1/${signal}`).join(', ')} are served here, as far as there is an output for them`,
};

function readableOf({ request, path }: Call, receivers: OtlpReceivers): Readable | Refusal {
  const { 'content-type': given = '', 'content-encoding': coding = 'identity' } = request.headers;
  const signal = SIGNALS.find((each) => path === `/v1/${each}` && receivers[each] !== undefined);
  if (signal === undefined) return NOT_FOUND;
  if (request.method !== 'POST') return { status: 405, line: 'OTLP is sent by POST', allow: 'POST' };
  const encodings = ['identity', 'gzip', 'deflate', 'zstd'] as const satisfies readonly Encoding[];
  const encoding = encodings.find((each) => each === coding.toLowerCase());
  if (encoding === undefined)
    return { status: 415, line: `content-encoding: one of ${encodings.join(', ')}` };
  const essence = given.split(';')[0]?.trim().toLowerCase();
  const type = OTLP_TYPES.find((each) => each === essence);
  if (type === undefined) return { status: 415, line: `content-type: ${OTLP_TYPES.join(' or ')}` };
  return { signal, type, encoding };
}

async function read(request: IncomingMessage, encoding: Encoding, mostBytes: number): Promise<Buffer> {
  const body = await readBody(request, mostBytes);
  if (encoding === 'identity') return body;
  try {
    return DECOMPRESS[encoding](body, mostBytes);
  } catch (error) {
    throw isTooLong(error) ? new BodyTooLongError(mostBytes) : error;
  }
}

function isTooLong(error: unknown): boolean {
  return errorCode(error) === 'ERR_BUFFER_TOO_LARGE';
}

function take(receivers: OtlpReceivers, { signal, type }: Readable, body: Buffer): void {
  const decoded = <D extends DescMessage>(schema: D): MessageShape<D> =>
    type === 'application/json' ? fromOtlpJson(schema, body.toString()) : fromBinary(schema, body);
  switch (signal) {
    case 'metrics':
      return receivers.metrics?.(decoded(REQUESTS.metrics));
    case 'traces': {
      const request = decoded(REQUESTS.traces);
      checkSpans(request);
      return receivers.traces?.(request);
    }
    case 'logs': {
      const request = decoded(REQUESTS.logs);
      checkRecords(request);
      return receivers.logs?.(request);
    }
  }
}
