import type { Parser } from '../../common/settings.ts';

/** The most concurrent connections of a listener. */
export type ConnectionLimits = {
  readonly all: number;
  /** The most unauthenticated connections among them. */
  readonly strangers: number;
};

/** Both listeners' limits. */
export type ListenerLimits = { readonly api: ConnectionLimits; readonly ads: ConnectionLimits };

const MOST = 1_000_000;

/** `NUMBER` or `NUMBER:STRANGERS`. STRANGERS is by default NUMBER: a burst of new connections from good clients may be as large. */
export const connectionLimits: Parser<ConnectionLimits> = (value) => {
  const [, allText, strangersText] = /^(\d{1,7})(?::(\d{1,7}))?$/.exec(value) ?? [];
  const all = Number(allText);
  const strangers = strangersText === undefined ? all : Number(strangersText);
  if (all >= 1 && all <= MOST && strangers >= 1 && strangers <= all) return { value: { all, strangers } };
  return {
    wanted: `NUMBER or NUMBER:STRANGERS, each from 1 to ${MOST}, with STRANGERS (unauthenticated connections) at most NUMBER`,
  };
};

/**
 * File descriptors that are reserved for everything else: the store, its locks and backups, logs, watched files, connections to
 * AWS, and accepted connections that are about to be refused.
 */
const RESERVE = 128;

/**
 * Lowers the limits to the process's file descriptors, so that no listener uses up those of the other or of the rest of the
 * program. The API gets up to a fifth of the descriptors beyond the reserve. `openFiles`: undefined without a known limit.
 */
export function withinOpenFiles(wanted: ListenerLimits, openFiles: number | undefined): ListenerLimits {
  if (openFiles === undefined) return wanted;
  const free = openFiles - Math.min(RESERVE, Math.floor(openFiles / 2));
  const ads = Math.min(wanted.ads.all, Math.max(1, free - Math.min(wanted.api.all, Math.floor(free / 5))));
  return { ads: atMost(wanted.ads, ads), api: atMost(wanted.api, Math.max(1, free - ads)) };
}

function atMost({ all, strangers }: ConnectionLimits, most: number): ConnectionLimits {
  if (all <= most) return { all, strangers };
  // The share of strangers stays the same.
  return { all: most, strangers: Math.max(1, Math.floor((strangers / all) * most)) };
}
