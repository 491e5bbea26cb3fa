import { request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { cannotServe } from '../errors.ts';
import { refuse, serve, type Call, type Place, type Refusal, type Serving } from '../serving/serve.ts';

/** The part of Envoy's admin interface that is served. */
export type AdminServerOptions = {
  readonly place: Place;
  /** Further names of this machine. */
  readonly hosts: readonly string[];
  /** Whether everything is let through, instead of what only tells. */
  readonly writes: boolean;
  /** Envoy's own socket. */
  readonly socketPath: string;
};

/** What people, scrapers and health checks read, and `/stats/…`. None of it changes anything, or shows a private key. */
const READ = ['/server_info', '/ready', '/stats', '/clusters', '/config_dump', '/listeners', '/certs'];
/** How long Envoy may take to begin its answer, and until that is through, in milliseconds. */
const HEAD_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 60_000;
/** Headers that are about one connection. */
const OF_A_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'host'];

/**
 * Serves Envoy's admin interface where App Mesh's users look for it: what Envoy answers is passed on as it comes. It answers 503 while
 * there is no Envoy.
 * @throws AgentError when the place is taken or not ours
 */
export async function serveAdmin({ place, hosts, writes, socketPath }: AdminServerOptions): Promise<Serving> {
  try {
    return await serve(place, hosts, (call) => {
      const refusal = writes ? undefined : refusalOf(call);
      if (refusal === undefined) forward(call, socketPath);
      else refuse(call.response, refusal);
    });
  } catch (cause) {
    throw cannotServe('ADMIN_PLACE', place, cause);
  }
}

function refusalOf({ request: { method }, path }: Call): Refusal | undefined {
  const isRead = READ.includes(path) || path.startsWith('/stats/');
  if (isRead && (method === 'GET' || method === 'HEAD')) return undefined;
  const line = `GET ${READ.join(', ')} and /stats/… are served here; DAYBREAK_ADMIN_WRITES=1 opens all of Envoy's admin interface`;
  return isRead ? { status: 405, line, allow: 'GET, HEAD' } : { status: 403, line };
}

function forward({ request, response, path, query }: Call, socketPath: string): void {
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const outgoing = ask({
    agent: false,
    socketPath,
    method: request.method,
    path: `${path}${query}`,
    headers: { ...ofTheMessage(request.headers), host: 'envoy' },
    signal: limit,
  });
  const timer = setTimeout(() => outgoing.destroy(new Error('it does not answer')), HEAD_LIMIT_MS);
  response.once('close', () => {
    clearTimeout(timer);
    outgoing.destroy();
  });
  outgoing.once('response', (incoming: IncomingMessage) => {
    clearTimeout(timer);
    response.writeHead(incoming.statusCode ?? 502, ofTheMessage(incoming.headers));
    // An answer that Envoy cuts short is cut short for the client too: pipeline destroys the response.
    pipeline(incoming, response, () => undefined);
  });
  outgoing.on('error', (error) => {
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response, { status: 503, line: `Envoy's admin interface: ${error.message}` });
  });
  request.on('error', () => outgoing.destroy());
  request.pipe(outgoing);
}

function ofTheMessage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.includes(name)));
}
