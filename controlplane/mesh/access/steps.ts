import type { HttpAccess } from '../../model/daybreak-types.ts';
import type { AccessLine, NodeAccess, OpenLine } from './node-access.ts';

/** The rule name for a caller that has the node behind one of its backends. */
const BACKEND_LINE = 'backend';

/** The rule name for a request that no rule matches. */
const NO_LINE = 'none';

/**
 * The rule name for a request whose path has an escaped slash or backslash, or a segment of dots with a parameter (`..;x`): the application
 * may resolve the path after the rules were applied.
 */
const ESCAPED_LINE = 'escaped-slash';

/** The connections that a filter chain takes: mutual TLS of proxies; TLS of the model's own, or that passes through; plain text. */
export type AccessChain = 'mesh' | 'user' | 'plain';

/** One step of a decision; the first one whose conditions all hold decides. `http` and `cidrs` undefined: any. */
export type Step = {
  readonly line: string;
  readonly admits: boolean;
  /** The SPIFFE ids that it is for. Undefined: all callers. */
  readonly callers?: ReadonlySet<string> | undefined;
  readonly when:
    | { readonly kind: 'always' }
    | { readonly kind: 'escaped' }
    | {
        readonly kind: 'match';
        readonly http: readonly HttpAccess[] | undefined;
        readonly cidrs: readonly string[] | undefined;
      };
};

/**
 * The decision of one chain: the denies with conditions, none of which always decides; then the verdicts on callers that have no condition; then the
 * steps of all other callers, of which the last one always decides. Each rule is there once, so that many paths of many callers take little room.
 */
export type Program = {
  readonly first: readonly Step[];
  readonly byId: ReadonlyMap<string, Step>;
  readonly others: readonly Step[];
};

/** A listener, and one of its chains. */
export type Place = { readonly port: number; readonly isHttp: boolean; readonly chain: AccessChain };

/** Returns the whole decision of a chain: deny wins; then any allow or a declared backend admits; the rest is refused. */
export function programOf(access: NodeAccess, place: Place): Program {
  return place.chain === 'mesh' ? knownCallers(access, place) : openCallers(access, place);
}

/**
 * Returns the part of the decision that the chain enforces with ENFORCE. While no policy has `unauthenticated`, callers without an identity
 * are only audited, because all callers that do not use mutual TLS yet would break. A deny that matches them is enforced in any case.
 */
export function enforcedProgram(access: NodeAccess, place: Place): Program {
  const whole = programOf(access, place);
  if (place.chain === 'mesh' || access.unauthenticated !== undefined) return whole;
  return {
    first: whole.first,
    byId: new Map(Array.from(whole.byId).filter(([, { admits }]) => !admits)),
    others: whole.others.some(isAlwaysRefusing) ? whole.others : [always(NO_LINE, true)],
  };
}

/** Whether a step is a deny for all callers, without a condition. */
function isAlwaysRefusing({ admits, line, when }: Step): boolean {
  return !admits && line !== NO_LINE && when.kind === 'always';
}

function knownCallers(access: NodeAccess, place: Place): Program {
  const allow = linesAt(access.allow, place).map((line) => step(line, true));
  return program(linesAt(access.deny, place), allow, access.declared);
}

/** An authority of the operator must not issue an identity of the mesh, so only other ids count. */
function openCallers(access: NodeAccess, place: Place): Program {
  const isForeign = (id: string): boolean => place.chain === 'user' && !id.startsWith(access.domain);
  const foreign = (line: AccessLine): AccessLine => ({ ...line, callers: line.callers?.filter(isForeign) });
  const named = linesAt(access.allow, place).filter(({ callers }) => callers !== undefined);
  const open = linesAt(access.unauthenticated ?? [], place);
  const allow = [...named.map(foreign), ...open].map((line) => step(line, true));
  return program(linesAt(access.deny, place).map(foreign), allow, []);
}

/** Puts a decision together. A deny for all callers without a condition leaves nothing to decide. */
function program(
  lines: readonly AccessLine[],
  allows: readonly Step[],
  declared: readonly string[],
): Program {
  const denies = lines.map((line) => step(line, false));
  const ofAll = denies.find(({ when, callers }) => when.kind === 'always' && callers === undefined);
  if (ofAll !== undefined) return { first: [], byId: new Map(), others: [ofAll] };
  const byId = new Map<string, Step>();
  const decided = [
    ...denies,
    ...declared.map((id) => ({ ...always(BACKEND_LINE, true), callers: new Set([id]) })),
    ...allows,
  ];
  for (const { callers, ...verdict } of decided) {
    if (verdict.when.kind !== 'always') continue;
    for (const id of callers ?? []) if (!byId.has(id)) byId.set(id, verdict);
  }
  const rest = allows.filter(({ when, callers }) => when.kind !== 'always' || callers === undefined);
  return {
    first: withEscaped(denies.filter(({ when }) => when.kind !== 'always').filter(isPossible)),
    byId,
    others: finished([...rest, always(NO_LINE, false)]),
  };
}

/** The rules that can match at a listener. One with `http` never matches a connection of protocol tcp. */
function linesAt<L extends AccessLine | OpenLine>(
  lines: readonly L[],
  { port, isHttp }: Place,
): readonly L[] {
  return lines.filter(
    ({ ports, http }) => (ports === undefined || ports.includes(port)) && (http === undefined || isHttp),
  );
}

function always(line: string, admits: boolean): Step {
  return { line, admits, when: { kind: 'always' } };
}

function step({ name, http, ...line }: AccessLine | OpenLine, admits: boolean): Step {
  const cidrs = 'cidrs' in line ? line.cidrs : undefined;
  const named = 'callers' in line && line.callers !== undefined ? { callers: new Set(line.callers) } : {};
  const possible = http?.filter(({ methods }) => methods === undefined || methods.length > 0);
  const anyRequest = possible === undefined || possible.some(isAny);
  if (anyRequest && cidrs === undefined) return { ...always(name, admits), ...named };
  const when = { kind: 'match', http: anyRequest ? undefined : possible, cidrs } as const;
  return { line: name, admits, ...named, when };
}

function isAny({ methods, path }: HttpAccess): boolean {
  return methods === undefined && path === undefined;
}

/** Leaves out steps that can never decide, and begins with the step for escaped slashes if a path counts. */
function finished(steps: readonly Step[]): readonly Step[] {
  const possible = steps.filter(isPossible);
  const last = possible.findIndex(({ when }) => when.kind === 'always');
  return withEscaped(possible.slice(0, last + 1));
}

/** Begins with the step for escaped slashes, for the callers for whom a path counts. */
function withEscaped(steps: readonly Step[]): readonly Step[] {
  const withPath = steps.filter(
    ({ when }) => when.kind === 'match' && when.http?.some(({ path }) => path !== undefined),
  );
  if (withPath.length === 0) return steps;
  const isForAll = withPath.some(({ callers }) => callers === undefined);
  const callers = isForAll ? undefined : new Set(withPath.flatMap((each) => [...(each.callers ?? [])]));
  return [{ line: ESCAPED_LINE, admits: false, callers, when: { kind: 'escaped' } }, ...steps];
}

function isPossible({ when, callers }: Step): boolean {
  if (callers?.size === 0) return false;
  return when.kind !== 'match' || (when.http?.length !== 0 && when.cidrs?.length !== 0);
}
