import { compare } from '../resources.ts';
import type { Rate, Rates } from '../figures/figures.ts';
import type { Graph, Line, Piece } from './graph.ts';

/** The number of pieces up to which the map shows each one. */
const SHOWN_PIECES = 300;

/** Ways to name the group of a piece by the words of its name, from fine to coarse. */
const GROUPINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => withoutNumber(words.slice(0, 3).join('-')),
  (words) => withoutNumber(words.slice(0, 2).join('-')),
  ([first = '']) => withoutNumber(first),
  ([first = '']) => first.slice(0, 1),
  () => '',
];

function withoutNumber(name: string): string {
  return name.replace(/\d+$/, '');
}

/**
 * Returns the map with groups in place of pieces of one kind whose names begin alike, if it has more than `limit` pieces. `open` names
 * the groups that stay apart.
 */
export function grouped(graph: Graph, open: ReadonlySet<string> = new Set(), limit = SHOWN_PIECES): Graph {
  if (graph.pieces.length <= limit) return graph;
  const words = new Map(graph.pieces.map((piece) => [piece, piece.name.split(/[-_.]/)]));
  let groups: Groups = new Map();
  for (const grouping of GROUPINGS) {
    groups = Map.groupBy(graph.pieces, (piece) => `group/${piece.kind}/${grouping(words.get(piece) ?? [])}`);
    const apart = [...open].reduce((sum, key) => sum + (groups.get(key)?.length ?? 1) - 1, 0);
    if (groups.size + apart - open.size <= limit) break;
  }
  return collect(graph, groups, open);
}

/** Pieces by the keys of their groups. */
type Groups = ReadonlyMap<string, readonly Piece[]>;

function collect(graph: Graph, groups: Groups, open: ReadonlySet<string>): Graph {
  const place = new Map<string, string>();
  const pieces: Piece[] = [];
  for (const [key, members] of groups) {
    const [first] = members;
    if (first === undefined) continue;
    if (members.length === 1 || open.has(key)) {
      for (const each of members) place.set(each.key, each.key);
      pieces.push(...members);
      continue;
    }
    for (const each of members) place.set(each.key, key);
    pieces.push(groupPiece(key, first, members));
  }
  return {
    pieces: pieces.toSorted((a, b) => compare(a.key, b.key)),
    lines: collectLines(graph.lines, place),
  };
}

function groupPiece(key: string, first: Piece, members: readonly Piece[]): Piece {
  return {
    key,
    kind: 'group',
    name: key.split('/').slice(2).join('/'),
    detail: first.kind,
    tls: members.every(({ tls }) => tls === first.tls) ? first.tls : undefined,
    fault: members.find(({ fault }) => fault !== undefined)?.fault,
    members: members.map((each) => each.key),
  };
}

function collectLines(lines: readonly Line[], place: ReadonlyMap<string, string>): Line[] {
  const collected = new Map<string, Line>();
  for (const line of lines) {
    const from = place.get(line.from) ?? line.from;
    const to = place.get(line.to) ?? line.to;
    const key = from === line.from && to === line.to ? line.key : `${from}>${to}`;
    const there = collected.get(key);
    if (there === undefined || key === line.key) {
      collected.set(key, key === line.key ? line : { ...line, key, from, to });
      continue;
    }
    const lock = there.lock === line.lock ? line.lock : undefined;
    const fault = there.fault || line.fault;
    // Most lines between two groups are alike.
    if (there.routes.length === 0 && there.lock === lock && there.fault === fault) continue;
    collected.set(key, { key, from, to, routes: [], lock, fault });
  }
  return [...collected.values()];
}

/** Returns the rates of the whole map on the map as it is shown: those of the members of a group are added up. */
export function ratesOnShown(whole: Graph, shown: Graph, rates: Rates): Rates {
  if (whole === shown) return rates;
  const place = new Map<string, string>();
  for (const { key, members = [key] } of shown.pieces) for (const each of members) place.set(each, key);
  const at = (key: string): string => place.get(key) ?? key;
  return {
    lines: addedUp(
      whole.lines.map(({ key, from, to }) => [`${at(from)}>${at(to)}`, key]),
      rates.lines,
    ),
    pieces: addedUp(
      whole.pieces.map(({ key }) => [at(key), key]),
      rates.pieces,
    ),
  };
}

/** `places`: the key on the shown map, and the one on the whole map. */
function addedUp(
  places: readonly (readonly [string, string])[],
  rates: ReadonlyMap<string, Rate>,
): ReadonlyMap<string, Rate> {
  const sums = new Map<string, Rate>();
  for (const [place, key] of places) {
    const rate = rates.get(key);
    if (rate === undefined) continue;
    const { perSecond, errors } = sums.get(place) ?? { perSecond: 0, errors: 0 };
    const both = perSecond + rate.perSecond;
    const failed = perSecond * errors + rate.perSecond * rate.errors;
    sums.set(place, { perSecond: both, errors: both === 0 ? 0 : failed / both });
  }
  return sums;
}
