import { cannotServe } from '../errors.ts';
import {
  refuse,
  serve,
  type Call,
  type ListenAddress,
  type Refusal,
  type Serving,
} from '../serving/serve.ts';
import { forward } from './forward.ts';

/** Where and how much of Envoy's admin interface the agent serves. */
export type AdminServerOptions = {
  readonly place: ListenAddress;
  /** Additional host names of this machine. */
  readonly hosts: readonly string[];
  /** Whether all requests are allowed. Otherwise only those that read. */
  readonly writes: boolean;
  /** The unix socket of Envoy's admin interface. */
  readonly socketPath: string;
};

/**
 * Read-only paths for operators, scrapers and health checks, besides `/stats/…`. None of them shows a private key. `/` is Envoy's list of its
 * paths, which health checks of load balancers ask for, too.
 */
const READ = ['/', '/server_info', '/ready', '/stats', '/clusters', '/config_dump', '/listeners', '/certs'];

/**
 * Serves Envoy's admin interface at the address or socket that App Mesh's image used. Streams Envoy's responses unchanged. Answers 503
 * while there is no Envoy.
 * @throws AgentError if the address or socket is in use, or this user may not listen there
 */
export async function serveAdmin({ place, hosts, writes, socketPath }: AdminServerOptions): Promise<Serving> {
  try {
    return await serve(place, hosts, (call) => {
      const refusal = writes ? undefined : refusalOf(call);
      if (refusal === undefined) forward(call, { socketPath });
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
