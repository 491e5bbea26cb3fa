import type { Parser } from '../../common/settings.ts';

/** How many connections a listener has at a time. */
export type ConnectionLimits = {
  readonly all: number;
  /** Of those, the ones that have not shown who they are. */
  readonly strangers: number;
};

/** Both listeners' limits. */
export type ListenerLimits = { readonly api: ConnectionLimits; readonly ads: ConnectionLimits };

const MOST = 1_000_000;

/** `NUMBER` or `NUMBER:STRANGERS`; a quarter of the first unless the second is given, and at least one. */
export const connectionLimits: Parser<ConnectionLimits> = (value) => {
  const [, allText, strangersText] = /^(\d{1,7})(?::(\d{1,7}))?$/.exec(value) ?? [];
  const all = Number(allText);
  const strangers = strangersText === undefined ? quarter(all) : Number(strangersText);
  if (all >= 1 && all <= MOST && strangers >= 1 && strangers <= all) return { value: { all, strangers } };
  return {
    wanted: `NUMBER or NUMBER:STRANGERS, from 1 to ${MOST}, the second, of those that have not shown who they are, at most the first`,
  };
};

/**
 * Open files that are kept for all else: the store, its locks and backups, logs, files that are read again, connections to AWS, and
 * some that were accepted to be turned away.
 */
const RESERVE = 128;

/**
 * Lowers the limits to what the process may open, so that no listener takes away files of the other, or of anything else. Of those
 * beside the reserve the API has up to a fifth. `openFiles`: undefined where there is no limit, or none is known.
 */
export function withinOpenFiles(wanted: ListenerLimits, openFiles: number | undefined): ListenerLimits {
  if (openFiles === undefined) return wanted;
  const free = openFiles - Math.min(RESERVE, Math.floor(openFiles / 2));
  const ads = Math.min(wanted.ads.all, Math.max(1, free - Math.min(wanted.api.all, Math.floor(free / 5))));
  return { ads: atMost(wanted.ads, ads), api: atMost(wanted.api, Math.max(1, free - ads)) };
}

function atMost({ all, strangers }: ConnectionLimits, most: number): ConnectionLimits {
  if (all <= most) return { all, strangers };
  // What is too little for all is shared in the same way.
  return { all: most, strangers: Math.max(1, Math.floor((strangers / all) * most)) };
}

function quarter(all: number): number {
  return Math.max(1, Math.floor(all / 4));
}
