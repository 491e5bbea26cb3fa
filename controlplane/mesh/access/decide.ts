import { cidr, covers } from '../../../common/addresses/ip-range.ts';
import type { HttpAccess } from '../../model/daybreak-types.ts';
import { deniedPaths, UNCLEAR_PATHS } from './denied-paths.ts';
import type { NodeAccess } from './node-access.ts';
import { enforcedProgram, programOf, type AccessChain, type Program, type Step } from './steps.ts';

/** A request, or a connection without requests, as it arrives at a virtual node. */
export type Arrival = {
  /** The port of the listener. */
  readonly port: number;
  readonly chain: AccessChain;
  /** The URI name of the caller's verified certificate. Undefined: it has none. */
  readonly id: string | undefined;
  /** The address that the connection comes from. */
  readonly address: string;
  /** Undefined on a listener of protocol tcp. `path` is normalized, and may have a query. */
  readonly request: { readonly method: string; readonly path: string } | undefined;
};

/** The decision of the rules. */
export type Decision = {
  readonly verdict: 'allowed' | 'refused';
  /** The rule that decided: `POLICY/deny/1`, or one of the lines of steps.ts. */
  readonly line: string;
  /** Whether the proxy enforces the verdict. If not, it lets the request through and counts it. */
  readonly enforced: boolean;
};

/** Decides on a request as the proxy of the virtual node does. */
export function decide(access: NodeAccess, arrival: Arrival): Decision {
  const place = { port: arrival.port, isHttp: arrival.request !== undefined, chain: arrival.chain };
  const { admits, line } = firstOf(programOf(access, place), arrival);
  const isCarriedOut = admits || !firstOf(enforcedProgram(access, place), arrival).admits;
  return {
    verdict: admits ? 'allowed' : 'refused',
    line,
    enforced: access.mode === 'ENFORCE' && isCarriedOut,
  };
}

function firstOf({ first, byId, others }: Program, arrival: Arrival): Step {
  const own = arrival.id === undefined ? undefined : byId.get(arrival.id);
  const steps = own === undefined ? [...first, ...others] : [...first, own];
  const found = steps.find((step) => isFor(step, arrival) && holds(step, arrival));
  if (found === undefined) throw new Error('the last step of a decision always decides');
  return found;
}

function isFor({ callers }: Step, { id }: Arrival): boolean {
  return callers === undefined || (id !== undefined && callers.has(id));
}

function holds({ when, admits }: Step, { address, request }: Arrival): boolean {
  switch (when.kind) {
    case 'always':
      return true;
    case 'escaped':
      return request !== undefined && new RegExp(`^${UNCLEAR_PATHS}`).test(request.path);
    case 'match':
      return (
        (when.cidrs === undefined || when.cidrs.some((range) => isWithin(address, range))) &&
        (when.http === undefined ||
          (request !== undefined && when.http.some((each) => isRequest(each, request, admits))))
      );
  }
}

function isWithin(address: string, range: string): boolean {
  const inner = cidr(address);
  const outer = cidr(range);
  return 'value' in inner && 'value' in outer && covers(outer.value, inner.value);
}

function isRequest(
  { methods, path }: HttpAccess,
  request: { readonly method: string; readonly path: string },
  admits: boolean,
): boolean {
  const method = admits ? request.method : request.method.toUpperCase();
  if (methods !== undefined && !methods.some((each) => each === method)) return false;
  if (path === undefined) return true;
  const [own = ''] = request.path.split('?', 1);
  if (!admits) return new RegExp(`^${deniedPaths(path)}${path.exact === undefined ? '' : '$'}`).test(own);
  return path.exact === undefined ? own.startsWith(path.prefix ?? '') : own === path.exact;
}
