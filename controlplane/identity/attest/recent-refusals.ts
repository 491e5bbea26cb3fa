import type { ProxyId } from '../../mesh/proxy-view.ts';
import { proxyPath } from '../../ads/identity.ts';

/** An agent that got no certificate, at its latest attempt. Times in milliseconds since 1970. */
export type RecentRefusal = {
  readonly proxy: ProxyId;
  /** The address of the agent. */
  readonly from: string;
  readonly code: string;
  readonly reason: string;
  /** The attempts of this agent that were refused since its last certificate. */
  readonly attempts: number;
  readonly at: number;
};

/** The latest refusals of this replica. */
export type RecentRefusals = {
  readonly refused: (
    proxy: ProxyId,
    from: string,
    refusal: { readonly code: string; readonly reason: string },
  ) => void;
  /** The agent got a certificate. */
  readonly issued: (proxy: ProxyId, from: string) => void;
  /** The latest refusal of each agent, the latest ones first. */
  readonly list: () => readonly RecentRefusal[];
};

/** The most agents whose refusals are kept: those that were refused last. */
const MOST = 200;
/** How long a refusal is kept, in milliseconds: agents try again after five minutes at most. */
const KEPT_MS = 15 * 60 * 1000;

/** Creates an empty table. `now`: milliseconds since 1970. */
export function createRecentRefusals(now: () => number = Date.now): RecentRefusals {
  /** The one that was refused last is last. */
  const latest = new Map<string, RecentRefusal>();
  const keyOf = (proxy: ProxyId, from: string): string => `${proxy.owner} ${proxyPath(proxy)} ${from}`;
  return {
    refused(proxy, from, { code, reason }) {
      const key = keyOf(proxy, from);
      const attempts = (latest.get(key)?.attempts ?? 0) + 1;
      latest.delete(key);
      latest.set(key, { proxy, from, code, reason, attempts, at: now() });
      const [oldest] = latest.keys();
      if (latest.size > MOST && oldest !== undefined) latest.delete(oldest);
    },
    issued: (proxy, from) => void latest.delete(keyOf(proxy, from)),
    list: () => [...latest.values()].filter(({ at }) => now() - at < KEPT_MS).toReversed(),
  };
}
