import { request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { refuse, type Call, type Refusal } from '../serving/serve.ts';

/** Where a request goes, and how its failure is answered. */
export type Forwarding = {
  /** The unix socket of Envoy's admin interface. */
  readonly socketPath: string;
  /** Path and query for Envoy. Default: those of the request. */
  readonly path?: string;
  /** How long Envoy has to begin its response, in milliseconds. Default: 10 s. */
  readonly headLimitMs?: number;
  /** The answer if Envoy does not respond. Default: 503 with the reason. */
  readonly failure?: (reason: string) => Refusal;
};

/** Time limits for the beginning and the end of Envoy's response, in milliseconds. */
const HEAD_LIMIT_MS = 10_000;
const RESPONSE_LIMIT_MS = 60_000;
/** Hop-by-hop headers. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'host'];

const unavailable = (reason: string): Refusal => ({
  status: 503,
  line: `Envoy's admin interface: ${reason}`,
});

/** Sends a request to Envoy's admin interface, and streams Envoy's response unchanged. */
export function forward({ request, response, path, query }: Call, to: Forwarding): void {
  const { socketPath, headLimitMs = HEAD_LIMIT_MS, failure = unavailable } = to;
  const outgoing = ask({
    agent: false,
    socketPath,
    method: request.method,
    path: to.path ?? `${path}${query}`,
    headers: { ...withoutHopByHop(request.headers), host: 'envoy' },
    signal: AbortSignal.timeout(RESPONSE_LIMIT_MS),
  });
  const timer = setTimeout(
    () => outgoing.destroy(new Error(`no response in ${headLimitMs / 1000} s`)),
    headLimitMs,
  );
  response.once('close', () => {
    clearTimeout(timer);
    outgoing.destroy();
  });
  outgoing.once('response', (incoming: IncomingMessage) => {
    clearTimeout(timer);
    response.writeHead(incoming.statusCode ?? 502, withoutHopByHop(incoming.headers));
    // If Envoy cuts its response short, pipeline destroys the client's response too.
    pipeline(incoming, response, () => undefined);
  });
  outgoing.on('error', (error) => {
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response, failure(error.message));
  });
  request.on('error', () => outgoing.destroy());
  request.pipe(outgoing);
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
