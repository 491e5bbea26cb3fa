import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { errorText } from '../../../common/error-text.ts';
import { readBody } from '../../serving/read-body.ts';
import {
  refuse,
  serve,
  type Call,
  type ListenAddress,
  type Refusal,
  type ListeningServer,
} from '../../serving/serve.ts';
import { SIGNALS, type Signal } from '../settings/signal.ts';
import type { OtlpReceivers } from './receivers.ts';
import { fromOtlpJson } from './otlp-json.ts';
import { REQUESTS } from './requests.ts';

/** Options of the HTTP input. */
export type OtlpHttpOptions = {
  /** The most bytes of a request, decoded. */
  readonly mostBytes: number;
  readonly onInvalid: () => void;
};

/** The types of bodies, with the body of an answer that says that all items were taken. */
const TYPES: Readonly<Record<string, { readonly answer: string }>> = {
  'application/x-protobuf': { answer: '' },
  'application/json': { answer: '{}' },
};

/**
 * Serves the endpoints of OTLP over HTTP. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
 * @throws Error if the address is in use, or this user may not listen there
 */
export async function serveOtlpHttp(
  place: ListenAddress,
  receivers: OtlpReceivers,
  options: OtlpHttpOptions,
): Promise<ListeningServer> {
  return serve(place, [], (call) => void answer(call, receivers, options));
}

async function answer(call: Call, receivers: OtlpReceivers, options: OtlpHttpOptions): Promise<void> {
  const { request, response } = call;
  const signal = SIGNALS.find((each) => call.path === `/v1/${each}`);
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const refusal = refusalOf(call, signal !== undefined && receivers[signal] !== undefined, type);
  if (refusal !== undefined || signal === undefined) {
    return refuse(response, refusal ?? NOT_FOUND);
  }
  try {
    const body = await read(request, options.mostBytes);
    take(receivers, signal, type, body);
    response.writeHead(200, { 'content-type': type }).end(TYPES[type]?.answer);
  } catch (error) {
    options.onInvalid();
    if (!response.destroyed) refuse(response, { status: 400, line: errorText(error) });
  }
}

const NOT_FOUND: Refusal = {
  status: 404,
  line: `POST ${SIGNALS.map((signal) => `/v1/${signal}`).join(', ')} are served here, as far as there is an output for them`,
};

function refusalOf({ request }: Call, isServed: boolean, type: string): Refusal | undefined {
  if (!isServed) return NOT_FOUND;
  if (request.method !== 'POST') return { status: 405, line: 'OTLP is sent by POST', allow: 'POST' };
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    return { status: 415, line: 'content-encoding: gzip or none' };
  return Object.hasOwn(TYPES, type)
    ? undefined
    : { status: 415, line: `content-type: ${Object.keys(TYPES).join(' or ')}` };
}

async function read(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const body = await readBody(request, mostBytes);
  return request.headers['content-encoding'] === 'gzip'
    ? gunzipSync(body, { maxOutputLength: mostBytes })
    : body;
}

function take(receivers: OtlpReceivers, signal: Signal, type: string, body: Buffer): void {
  const decoded = <D extends DescMessage>(schema: D): MessageShape<D> =>
    type === 'application/json' ? fromOtlpJson(schema, body.toString()) : fromBinary(schema, body);
  if (signal === 'metrics') receivers.metrics?.(decoded(REQUESTS.metrics));
  else if (signal === 'traces') receivers.traces?.(decoded(REQUESTS.traces));
  else receivers.logs?.(decoded(REQUESTS.logs));
}
