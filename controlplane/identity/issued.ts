import { proxyPath } from '../ads/identity.ts';
import type { ProofMethod } from '../../common/contracts/attestation/messages.ts';
import type { Attempt } from './attest/attempt.ts';
import type { Svid } from './authority.ts';

/** A certificate that this control plane issued. Times in milliseconds since 1970. */
export type IssuedEntry = {
  readonly node: string;
  readonly owner: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly ends: number;
  readonly principal: string;
  readonly method: ProofMethod;
  readonly from: string;
};

/** The certificates that this replica issued since it started and that are still valid, for `daybreak identity`. */
export type Issued = {
  readonly note: (issue: {
    readonly attempt: Attempt;
    readonly svid: Svid;
    readonly principal: string;
    readonly method: ProofMethod;
  }) => void;
  /** Sorted by node, the latest end first. */
  readonly list: (now: number) => readonly IssuedEntry[];
  /** How many were left out, because there were more than 20,000. */
  readonly leftOut: () => number;
};

const MOST = 20_000;

/** Creates an empty list. One entry is kept per agent: by node and address, the latest. */
export function createIssued(): Issued {
  const entries = new Map<string, IssuedEntry>();
  let leftOut = 0;
  return {
    note({ attempt: { proxy, spiffeId, address }, svid: { serial, ends }, principal, method }) {
      const node = proxyPath(proxy);
      const key = `${proxy.owner}\0${node}\0${address}`;
      entries.delete(key);
      if (entries.size >= MOST) {
        leftOut += 1;
        const [oldest] = entries.keys();
        if (oldest !== undefined) entries.delete(oldest);
      }
      entries.set(key, {
        node,
        owner: proxy.owner,
        spiffeId,
        serial,
        ends,
        principal,
        method,
        from: address,
      });
    },
    list: (now) =>
      [...entries.values()]
        .filter(({ ends }) => ends > now)
        .toSorted((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : b.ends - a.ends)),
    leftOut: () => leftOut,
  };
}
