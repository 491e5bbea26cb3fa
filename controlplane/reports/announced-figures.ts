import { asObject } from '../../common/as-object.ts';
import type { FiguresCaller } from '../../common/contracts/reports.ts';
import type { MeshId } from '../mesh/resource.ts';
import type { Counts } from './figures/mesh-figures.ts';
import { parseJson } from '../../common/parse-json.ts';

/** How much of a slot the proxies of a caller at one replica have reported. */
export type AnnouncedCaller = { readonly from: FiguresCaller; readonly reported: number };

/** The counts of one line in one slot, of the proxies at one replica. */
export type AnnouncedLine = Counts & { readonly from: FiguresCaller; readonly cluster: string };

/**
 * A message between replicas about live figures. `wanted`: readers at that replica want the figures of a mesh. `figures`: a slot of its own
 * agents, or a part of one.
 */
export type ReportsAnnouncement =
  | { readonly kind: 'wanted'; readonly replica: string; readonly mesh: MeshId }
  | {
      readonly kind: 'figures';
      readonly replica: string;
      readonly mesh: MeshId;
      /** Proxies that report to that replica; undefined in all parts of a slot but the first. */
      readonly reporting: number | undefined;
      readonly callers: readonly AnnouncedCaller[];
      readonly lines: readonly AnnouncedLine[];
    };

type FiguresAnnouncement = Extract<ReportsAnnouncement, { readonly kind: 'figures' }>;

/** Encodes that figures are wanted. */
export function encodeWanted(replica: string, { owner, mesh }: MeshId): string {
  return JSON.stringify({ replica, reports: { wanted: [owner, mesh] } });
}

/** Encodes figures as texts of at most `mostBytes`, at least one. Leaves out what does not fit into `mostTexts`; `lines` are in order of importance. */
export function encodeFigures(
  { replica, mesh, reporting, callers, lines }: Omit<FiguresAnnouncement, 'kind'>,
  mostBytes: number,
  mostTexts: number,
): readonly string[] {
  const head = (isFirst: boolean): string => {
    const of = JSON.stringify([mesh.owner, mesh.mesh]);
    return `{"replica":${JSON.stringify(replica)},"reports":{"figures":${of},${isFirst ? `"reporting":${reporting ?? 0},` : ''}"entries":[`;
  };
  const entries = [
    ...callers.map(({ from, reported }) => [from.kind, from.name, rounded(reported)]),
    ...lines.map(({ from, cluster, requests, errors, active }) => [
      from.kind,
      from.name,
      cluster,
      rounded(requests),
      rounded(errors),
      rounded(active),
    ]),
  ].map((entry) => JSON.stringify(entry));
  const texts: string[] = [];
  let text = head(true);
  let isEmpty = true;
  for (const entry of entries) {
    if (Buffer.byteLength(text) + Buffer.byteLength(entry) + TAIL.length + 1 > mostBytes) {
      texts.push(text + TAIL);
      if (texts.length === mostTexts) return texts;
      text = head(false);
      isEmpty = true;
    }
    text += isEmpty ? entry : `,${entry}`;
    isEmpty = false;
  }
  return [...texts, text + TAIL];
}

const TAIL = ']}}';

/** Decodes a text; undefined if it is about something else. Skips entries of an unknown form. */
export function decodeReports(text: string): ReportsAnnouncement | undefined {
  // Announcements about other things come often, and most are not about figures.
  if (!text.includes('"reports":')) return undefined;
  const message = asObject(parseJson(text));
  const { replica } = message;
  if (typeof replica !== 'string') return undefined;
  const { wanted, figures, reporting, entries } = asObject(message['reports']);
  const asked = asMesh(wanted);
  if (asked !== undefined) return { kind: 'wanted', replica, mesh: asked };
  const mesh = asMesh(figures);
  if (mesh === undefined || !Array.isArray(entries)) return undefined;
  return {
    kind: 'figures',
    replica,
    mesh,
    reporting: asCount(reporting),
    callers: entries.flatMap((entry) => asCaller(entry)),
    lines: entries.flatMap((entry) => asLine(entry)),
  };
}

function asCaller(entry: unknown): readonly AnnouncedCaller[] {
  if (!Array.isArray(entry) || entry.length !== 3) return [];
  const from = asFrom(entry);
  const reported = asCount(entry[2]);
  return from === undefined || reported === undefined ? [] : [{ from, reported }];
}

function asLine(entry: unknown): readonly AnnouncedLine[] {
  if (!Array.isArray(entry) || entry.length !== 6) return [];
  const from = asFrom(entry);
  const [, , cluster] = entry as readonly unknown[];
  const [requests, errors, active] = entry.slice(3).map(asCount);
  if (from === undefined || typeof cluster !== 'string') return [];
  if (requests === undefined || errors === undefined || active === undefined) return [];
  return [{ from, cluster, requests, errors, active }];
}

function asFrom([kind, name]: readonly unknown[]): FiguresCaller | undefined {
  const isKind = kind === 'virtualNode' || kind === 'virtualGateway';
  return isKind && typeof name === 'string' ? { kind, name } : undefined;
}

function asMesh(value: unknown): MeshId | undefined {
  const [owner, mesh] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return typeof owner === 'string' && typeof mesh === 'string' ? { owner, mesh } : undefined;
}

/** A replica that says more has not counted it: a thousand proxies with a million requests a second are far below. */
const MOST_COUNT = 2 ** 40;

function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_COUNT ? value : undefined;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
