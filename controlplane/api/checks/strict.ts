import { securityOf } from '../../mesh/security.ts';
import type { Model } from '../../mesh/model.ts';
import type { MtlsMode } from '../../model/daybreak-types.ts';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import { isKind } from '../../mesh/spec-parts.ts';
import { conflict } from '../../http/errors.ts';

/** A caller that came without mutual TLS: its IP address, the port that it called last, and when, in milliseconds since 1970. */
export type PlainSeen = { readonly address: string; readonly port: number; readonly last: number };

/**
 * The facts about a virtual node: its callers without mutual TLS in the time that counts, and whether a proxy of it is connected that has
 * no certificate.
 */
export type PlainFacts = (node: ResourceId<'virtualNode'>) => {
  readonly callers: readonly PlainSeen[];
  readonly others: boolean;
};

/** Nothing is known. */
export const NO_PLAIN_FACTS: PlainFacts = () => ({ callers: [], others: false });

const SHOWN = 5;

/**
 * Checks a change of the modes of mutual TLS: no virtual node goes between `OFF` and `STRICT` at once, because callers and servers do not
 * change at the same moment, and none to `STRICT` that callers without mutual TLS still call, unless the resource has `forceStrict`.
 * @throws ApiError ConflictException
 */
export function requireStrictRules(
  model: Model,
  change: { readonly puts?: readonly Resource[]; readonly deletes?: readonly ResourceId[] },
  plainFacts: PlainFacts,
): void {
  const changed = [...(change.puts ?? []), ...(change.deletes ?? [])].find(
    ({ kind }) => kind === 'meshIdentity' || kind === 'nodeIdentity',
  );
  if (changed === undefined) return;
  const next = model.with(change);
  const modes = model
    .list('virtualNode', changed)
    .map((node) => ({ node, from: securityOf(model, node).mtls, to: securityOf(next, node).mtls }))
    .filter(({ from, to }) => from !== to);
  for (const [from, to] of [
    ['OFF', 'STRICT'],
    ['STRICT', 'OFF'],
  ] as const)
    requireStep(
      from,
      to,
      modes.filter((each) => each.from === from && each.to === to).map(({ node }) => node.name),
    );
  const isForced = (change.puts ?? []).some(
    (each) =>
      (isKind(each, 'meshIdentity') || isKind(each, 'nodeIdentity')) && each.spec.forceStrict === true,
  );
  if (isForced) return;
  for (const { node, to } of modes) if (to === 'STRICT') requireNoPlain(node, plainFacts);
}

function requireStep(from: MtlsMode, to: MtlsMode, names: readonly string[]): void {
  if (names.length === 0) return;
  throw conflict(
    `mtls ${to} cannot follow ${from} in one step, for virtual node ${listed(names)}: set PERMISSIVE first.`,
  );
}

function requireNoPlain(node: Resource<'virtualNode'>, plainFacts: PlainFacts): void {
  const { callers, others } = plainFacts({ ...node, kind: 'virtualNode' });
  const force = 'Set forceStrict: true to change it nevertheless.';
  if (others) {
    throw conflict(
      `mtls STRICT is refused: a proxy of virtual node ${node.name} is connected that has no certificate (DAYBREAK_IDENTITY). ${force}`,
    );
  }
  if (callers.length === 0) return;
  const seen = callers.map(
    ({ address, port, last }) => `${address} (port ${port}, ${new Date(last).toISOString()})`,
  );
  throw conflict(
    `mtls STRICT is refused: virtual node ${node.name} still has callers without mutual TLS: ${listed(seen)}. See \`daybreak identity plaintext\`. ${force}`,
  );
}

function listed(all: readonly string[]): string {
  const more = all.length - SHOWN;
  return more > 0 ? `${all.slice(0, SHOWN).join(', ')} and ${more} more` : all.join(', ');
}
