import { cidr, covers } from '../../../common/addresses/ip-range.ts';
import type { HttpAccess } from '../../model/daybreak-types.ts';
import type { AccessLine, NodeAccess, OpenLine } from './node-access.ts';

/** A request, or a connection without requests, as it arrives at a virtual node. */
export type Arrival = {
  /** The port of the listener. */
  readonly port: number;
  /** The caller. `mesh`: a proxy that proved its SPIFFE id. `user`: TLS of the model's own, with the URI name of a verified certificate, if any. */
  readonly caller:
    | { readonly chain: 'mesh'; readonly id: string }
    | { readonly chain: 'user'; readonly id?: string; readonly address: string }
    | { readonly chain: 'plain'; readonly address: string };
  /** Undefined on a listener of protocol tcp. `path` is normalized, and may have a query. */
  readonly request: { readonly method: string; readonly path: string } | undefined;
};

/** The answer of the rules. */
export type Decision = {
  readonly verdict: 'allowed' | 'refused';
  /** The rule that decided: `POLICY/deny/1`, `backend` for a declared backend, `none` if no rule matches. */
  readonly line: string;
  /** Whether the proxy acts on the verdict. If not, it lets the request through and counts it. */
  readonly enforced: boolean;
};

/** The line of a caller that has the node behind one of its backends. */
export const BACKEND_LINE = 'backend';

/** The line of a request that no rule matches. */
export const NO_LINE = 'none';

/** Decides on a request. Deny wins; then any allow or a declared backend admits; the rest is refused. */
export function decide(access: NodeAccess, arrival: Arrival): Decision {
  return arrival.caller.chain === 'mesh' ? decideKnown(access, arrival) : decideOpen(access, arrival);
}

function decideKnown(access: NodeAccess, arrival: Arrival): Decision {
  const enforced = access.mode === 'ENFORCE';
  const matches = (line: AccessLine): boolean => isFor(line, arrival) && isFrom(line, arrival);
  const denied = access.deny.find(matches);
  if (denied !== undefined) return { verdict: 'refused', line: denied.name, enforced };
  const allowed = access.allow.find(matches);
  if (allowed !== undefined) return { verdict: 'allowed', line: allowed.name, enforced };
  const { id = '' } = arrival.caller as { readonly id?: string };
  if (access.declared.includes(id)) return { verdict: 'allowed', line: BACKEND_LINE, enforced };
  return { verdict: 'refused', line: NO_LINE, enforced };
}

/**
 * Without an identity of the mesh. A refusal because no rule matches is carried out only if a policy has `unauthenticated`: callers that
 * are not moved to mutual TLS yet would all break.
 */
function decideOpen(access: NodeAccess, arrival: Arrival): Decision {
  const enforced = access.mode === 'ENFORCE';
  const denied = access.deny.find(
    (line) => isFor(line, arrival) && (line.callers === undefined || isForeign(line, access, arrival)),
  );
  if (denied !== undefined) return { verdict: 'refused', line: denied.name, enforced };
  const allowed =
    access.allow.find((line) => isFor(line, arrival) && isForeign(line, access, arrival)) ??
    access.unauthenticated?.find((line) => isFor(line, arrival) && isAt(line, arrival));
  if (allowed !== undefined) return { verdict: 'allowed', line: allowed.name, enforced };
  return { verdict: 'refused', line: NO_LINE, enforced: enforced && access.unauthenticated !== undefined };
}

function isFrom({ callers }: AccessLine, { caller }: Arrival): boolean {
  return callers === undefined || ('id' in caller && caller.id !== undefined && callers.includes(caller.id));
}

/** Whether a line names the id of a certificate that is not of the trust domain: an authority of the user must not issue one. */
function isForeign(line: AccessLine, { domain }: NodeAccess, { caller }: Arrival): boolean {
  if (line.callers === undefined || caller.chain !== 'user' || caller.id === undefined) return false;
  return !caller.id.startsWith(domain) && line.callers.includes(caller.id);
}

function isAt({ cidrs }: OpenLine, { caller }: Arrival): boolean {
  if (cidrs === undefined) return true;
  return 'address' in caller && cidrs.some((range) => isWithin(caller.address, range));
}

function isWithin(address: string, range: string): boolean {
  const inner = cidr(address);
  const outer = cidr(range);
  return 'value' in inner && 'value' in outer && covers(outer.value, inner.value);
}

function isFor({ ports, http }: Pick<AccessLine, 'ports' | 'http'>, { port, request }: Arrival): boolean {
  if (ports !== undefined && !ports.includes(port)) return false;
  if (http === undefined) return true;
  return request !== undefined && http.some((each) => isRequest(each, request.method, request.path));
}

function isRequest({ methods, path }: HttpAccess, method: string, target: string): boolean {
  if (methods !== undefined && !methods.some((each) => each === method)) return false;
  if (path === undefined) return true;
  const [own = ''] = target.split('?', 1);
  return path.exact === undefined ? own.startsWith(path.prefix ?? '') : own === path.exact;
}
