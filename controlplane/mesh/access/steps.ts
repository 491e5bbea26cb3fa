import type { HttpAccess } from '../../model/daybreak-types.ts';
import type { AccessLine, NodeAccess, OpenLine } from './node-access.ts';

/** The rule name for a caller that has the node behind one of its backends. */
export const BACKEND_LINE = 'backend';

/** The rule name for a request that no rule matches. */
export const NO_LINE = 'none';

/**
 * The rule name for a request whose path has an escaped slash or backslash, or a segment of dots with a parameter (`..;x`): the application
 * may resolve the path after the rules were applied.
 */
export const ESCAPED_LINE = 'escaped-slash';

/** The connections that a filter chain takes: mutual TLS of proxies; TLS of the model's own, or that passes through; plain text. */
export type AccessChain = 'mesh' | 'user' | 'plain';

/** One step of a decision; the first one whose conditions all hold decides. `http` and `cidrs` undefined: any. */
export type Step = {
  readonly line: string;
  readonly admits: boolean;
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
 * The steps of one chain: the denies for all callers, none of which always decides; then those of each known caller, by SPIFFE id, and those of
 * all other callers. The last step of each of these lists always decides. A rule with many paths for all callers is there once, so it takes no
 * more room for thousands of callers.
 */
export type Program = {
  readonly first: readonly Step[];
  readonly byId: ReadonlyMap<string, readonly Step[]>;
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
  const denies = (steps: readonly Step[]): readonly Step[] => [
    ...steps.filter(({ admits, line, when }) => !admits && line !== NO_LINE && when.kind !== 'escaped'),
    { line: NO_LINE, admits: true, when: { kind: 'always' } },
  ];
  return {
    first: whole.first,
    byId: new Map(Array.from(whole.byId, ([id, steps]) => [id, finished(denies(steps))])),
    others: finished(denies(whole.others)),
  };
}

function knownCallers(access: NodeAccess, place: Place): Program {
  const denies = linesAt(access.deny, place);
  const deny = denies.filter(isNamed).map(withSet);
  const allow = linesAt(access.allow, place).map(withSet);
  const declared = new Set(access.declared);
  const steps = (id: string | undefined): readonly Step[] =>
    finished([
      ...deny.filter(isFor(id)).map(({ line }) => step(line, false)),
      ...(id !== undefined && declared.has(id)
        ? [always(BACKEND_LINE, true)]
        : [...allow.filter(isFor(id)).map(({ line }) => step(line, true)), always(NO_LINE, false)]),
    ]);
  const ids = new Set([...declared, ...[...deny, ...allow].flatMap(({ line }) => line.callers ?? [])]);
  return program(denies, ids, steps);
}

/** Puts a program together: the denies for all callers first. One that matches everything leaves nothing to decide. */
function program(
  denies: readonly AccessLine[],
  ids: ReadonlySet<string>,
  steps: (id: string | undefined) => readonly Step[],
): Program {
  const first = denies.filter((line) => !isNamed(line)).map((line) => step(line, false));
  if (first.some(({ when }) => when.kind === 'always'))
    return { first: [], byId: new Map(), others: finished(first) };
  return {
    first: withEscaped(first.filter(isPossible)),
    byId: new Map(Array.from(ids, (id) => [id, steps(id)])),
    others: steps(undefined),
  };
}

/** Whether a rule names its callers. */
function isNamed({ callers }: AccessLine): boolean {
  return callers !== undefined;
}

/** An authority of the operator must not issue an identity of the mesh, so only other ids count. */
function openCallers(access: NodeAccess, place: Place): Program {
  const isForeign = (id: string): boolean => place.chain === 'user' && !id.startsWith(access.domain);
  const foreign = (line: AccessLine): AccessLine => ({ ...line, callers: line.callers?.filter(isForeign) });
  const denies = linesAt(access.deny, place).map(foreign);
  const deny = denies.filter(isNamed).map(withSet);
  const allow = linesAt(access.allow, place).filter(isNamed).map(foreign).map(withSet);
  const open = linesAt(access.unauthenticated ?? [], place);
  const steps = (id: string | undefined): readonly Step[] =>
    finished([
      ...deny.filter(isFor(id)).map(({ line }) => step(line, false)),
      ...allow.filter(isFor(id)).map(({ line }) => step(line, true)),
      ...open.map((line) => step(line, true)),
      always(NO_LINE, false),
    ]);
  return program(denies, new Set([...deny, ...allow].flatMap(({ line }) => line.callers ?? [])), steps);
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

type LineWithSet = { readonly line: AccessLine; readonly callers: ReadonlySet<string> | undefined };

function withSet(line: AccessLine): LineWithSet {
  return { line, callers: line.callers && new Set(line.callers) };
}

function isFor(id: string | undefined): (line: LineWithSet) => boolean {
  return ({ callers }) => callers === undefined || (id !== undefined && callers.has(id));
}

function always(line: string, admits: boolean): Step {
  return { line, admits, when: { kind: 'always' } };
}

function step({ name, http, ...line }: AccessLine | OpenLine, admits: boolean): Step {
  const cidrs = 'cidrs' in line ? line.cidrs : undefined;
  const possible = http?.filter(({ methods }) => methods === undefined || methods.length > 0);
  const anyRequest = possible === undefined || possible.some(isAny);
  if (anyRequest && cidrs === undefined) return always(name, admits);
  return { line: name, admits, when: { kind: 'match', http: anyRequest ? undefined : possible, cidrs } };
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

function withEscaped(steps: readonly Step[]): readonly Step[] {
  const hasPath = steps.some(
    ({ when }) => when.kind === 'match' && when.http?.some(({ path }) => path !== undefined),
  );
  return hasPath ? [{ line: ESCAPED_LINE, admits: false, when: { kind: 'escaped' } }, ...steps] : steps;
}

function isPossible({ when }: Step): boolean {
  return when.kind !== 'match' || (when.http?.length !== 0 && when.cidrs?.length !== 0);
}
