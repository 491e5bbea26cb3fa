import { asObject } from '../../common/as-object.ts';
import type { Leaving } from '../translate/external-inputs.ts';
import type { KnownLeaving } from './draining-table.ts';
import type { NodeId } from './draining.ts';
import { parseJson } from '../../common/parse-json.ts';

/**
 * A message between replicas. `replica`: a name that a process chooses at its start. `out`: draining instances by the replica's own ids.
 * `back`: instances that serve again.
 */
export type Announcement = {
  readonly replica: string;
  readonly out: readonly AnnouncedLeaving[];
  readonly back: readonly { readonly node: NodeId; readonly serving: Leaving }[];
};

/** One draining instance; `known` is undefined once it is no longer out, and null in the text. */
export type AnnouncedLeaving = {
  readonly id: string;
  readonly node: NodeId;
  readonly known: KnownLeaving | undefined;
};

/** Splits an announcement into texts of at most `mostBytes` each. Leaves out an entry that is longer by itself. */
export function encodeAnnouncements(
  { replica, out, back }: Announcement,
  mostBytes: number,
): readonly string[] {
  const texts: string[] = [];
  let current: { out: unknown[]; back: unknown[] } = { out: [], back: [] };
  const textOf = (of: typeof current): string => JSON.stringify({ replica, ...of });
  const put = (kind: 'out' | 'back', entry: unknown): void => {
    const next = { ...current, [kind]: [...current[kind], entry] };
    if (Buffer.byteLength(textOf(next)) <= mostBytes) {
      current = next;
      return;
    }
    if (current.out.length + current.back.length > 0) texts.push(textOf(current));
    const alone = { out: [], back: [], [kind]: [entry] };
    current = Buffer.byteLength(textOf(alone)) <= mostBytes ? alone : { out: [], back: [] };
  };
  for (const { id, node, known } of out) put('out', { id, node: nameOf(node), known: known ?? null });
  for (const { node, serving } of back) put('back', { node: nameOf(node), serving });
  if (current.out.length + current.back.length > 0) texts.push(textOf(current));
  return texts;
}

/** Decodes a text; undefined if the text is not an announcement. Skips entries of an unknown form, which a later version may send. */
export function decodeAnnouncement(text: string): Announcement | undefined {
  const message = asObject(parseJson(text));
  const replica = message['replica'];
  if (typeof replica !== 'string') return undefined;
  const out = asList(message['out']).flatMap((each): readonly AnnouncedLeaving[] => {
    const { id, node, known } = asObject(each);
    const of = asNode(node);
    if (typeof id !== 'string' || of === undefined) return [];
    if (known === null) return [{ id, node: of, known: undefined }];
    const leaving = asLeaving(asObject(known)['leaving']);
    return leaving === undefined
      ? []
      : [{ id, node: of, known: { leaving, isEnded: asObject(known)['isEnded'] === true } }];
  });
  const back = asList(message['back']).flatMap((each) => {
    const { node, serving } = asObject(each);
    const [of, who] = [asNode(node), asLeaving(serving)];
    return of === undefined || who === undefined ? [] : [{ node: of, serving: who }];
  });
  return { replica, out, back };
}

function nameOf({ owner, mesh, name }: NodeId): readonly string[] {
  return [owner, mesh, name];
}

function asNode(value: unknown): NodeId | undefined {
  const [owner, mesh, name] = asList(value);
  if (typeof owner !== 'string' || typeof mesh !== 'string' || typeof name !== 'string') return undefined;
  return { kind: 'virtualNode', owner, mesh, parent: '', name };
}

function asLeaving(value: unknown): Leaving | undefined {
  const { from, addresses } = asObject(value);
  const list = asList(addresses).filter((each) => typeof each === 'string');
  return typeof from === 'string' ? { from, addresses: list } : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
