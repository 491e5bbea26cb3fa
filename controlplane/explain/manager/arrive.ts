import type { Answered, Closed } from '../explanation.ts';
import { textMatches } from '../match/text-match.ts';
import type { Release } from '../release.ts';
import type { Headers, IncomingRequest, Line, RoutedRequest } from '../request.ts';
import { isAuthority, routedAuthority } from './authority.ts';
import { managedHeaders } from './header-step.ts';
import { readHopHeaders, textOf, type HopHeaders } from './hop-headers.ts';
import { keptHeaders } from './joined-headers.ts';
import { isKnownMethod } from './methods.ts';
import { routedTarget } from './path.ts';
import type { ManagerSettings } from './settings.ts';

/** A request after the connection manager, ready for routing, or Envoy's immediate response. */
export type Arrival =
  | { readonly kind: 'routed'; readonly request: RoutedRequest; readonly upgrade?: string }
  | { readonly kind: 'refused'; readonly outcome: Answered | Closed };

/** Applies a connection manager to a request before routing; `port` is the destination port. */
export function arrive(
  incoming: IncomingRequest,
  settings: ManagerSettings,
  release: Release,
  port: number,
): Arrival {
  const { protocol, method, tls, authority } = incoming;
  const kept = keptHeaders(incoming.headers, protocol);
  const misfit = protocol === 'HTTP/2' ? http2Misfit(incoming) : http1Misfit(incoming, settings, release);
  if (misfit !== undefined) return misfit;
  if (release.knowsQuery && method === 'QUERY' && (textOf(kept, 'content-type') ?? '') === '')
    return answered('QUERY needs a content type');
  const hop = hopHeaders(incoming, kept, settings, release);
  if (hop.kind === 'refused') return answered(hop.why);
  const target = method === 'CONNECT' ? undefined : routedTarget(incoming.target, settings, release);
  if (target === undefined && method !== 'CONNECT') return answered('its path holds an encoded NUL');
  const upgrade = method === 'CONNECT' ? method : hop.upgrade;
  const headers = managedHeaders(hop.headers, settings, release, {
    tls,
    upgrades: hop.upgrade !== undefined,
  });
  return {
    kind: 'routed',
    request: {
      protocol,
      method,
      scheme: routedScheme(incoming, headers),
      authority: routedAuthority(authority, settings, port),
      target,
      headers,
    },
    ...(upgrade === undefined ? {} : { upgrade }),
  };
}

/** Handles hop-by-hop headers. HTTP/2 has none, and CONNECT forwards everything. */
function hopHeaders(
  { protocol, method, upgrade }: IncomingRequest,
  kept: Headers,
  { ignoredUpgrades }: ManagerSettings,
  release: Release,
): HopHeaders {
  if (protocol === 'HTTP/2' && upgrade !== undefined) {
    const headers = new Map([...kept, ['connection', ['upgrade']], ['upgrade', [upgrade]]]);
    return { kind: 'read', headers, upgrade };
  }
  if (protocol === 'HTTP/2' || method === 'CONNECT') return { kind: 'read', headers: kept };
  return readHopHeaders(kept, (wanted) =>
    ignoredUpgrades.some((matcher) => textMatches(matcher, wanted, release)),
  );
}

function http1Misfit(
  { method, authority }: IncomingRequest,
  { takesAnyMethod }: ManagerSettings,
  { knowsQuery }: Release,
): Arrival | undefined {
  const known = isKnownMethod(method) || (knowsQuery && method === 'QUERY');
  if (!known && !takesAnyMethod) return answered(`it takes no method ${method} over HTTP/1.1`);
  return isAuthority(authority, 'HTTP/1.1')
    ? undefined
    : answered(`${JSON.stringify(authority)} is not a host`);
}

const ABOUT_CONNECTIONS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

function http2Misfit({ authority, headers }: IncomingRequest): Arrival | undefined {
  if (!isAuthority(authority, 'HTTP/2')) return closed(`${JSON.stringify(authority)} is not an authority`);
  const wrong = headers.find(isForbidden)?.[0];
  return wrong === undefined ? undefined : closed(`HTTP/2 forbids ${wrong}`);
}

function isForbidden([name, value]: Line): boolean {
  return (
    ABOUT_CONNECTIONS.has(name) ||
    (name === 'te' && (typeof value !== 'string' || value.toLowerCase() !== 'trailers'))
  );
}

/** Over HTTP/1.1 only `X-Forwarded-Proto` sets the scheme, else the connection does. */
function routedScheme({ protocol, scheme, tls }: IncomingRequest, headers: Headers): string {
  if (protocol === 'HTTP/2') return scheme.toLowerCase();
  const forwarded = textOf(headers, 'x-forwarded-proto')?.toLowerCase();
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  return tls ? 'https' : 'http';
}

function answered(why: string): Arrival {
  return { kind: 'refused', outcome: { kind: 'answered', status: 400, why } };
}

function closed(why: string): Arrival {
  return { kind: 'refused', outcome: { kind: 'closed', why } };
}
