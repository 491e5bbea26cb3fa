import {
  LONGEST_CLUSTER_NAME,
  MOST_CLUSTERS,
  type ClusterLoad,
  type Load,
  type NumberedLoad,
} from '../../common/contracts/agent-channel/load.ts';
import type { EnvoyReport } from './read-report.ts';

/** Load that Envoy reported and the control plane has not received. */
export type UnsentLoad = {
  readonly add: (report: EnvoyReport) => void;
  /** Removes and returns the next message; undefined if there is none. */
  readonly take: () => Load | undefined;
  /** Forgets all load, because another watch begins, in which no cluster has been named yet. */
  readonly restart: () => void;
  /** The number of clusters that are not reported, because there are too many or their names are too long. */
  readonly leftOut: () => number;
};

/** Bytes of names and counters in one message. A longer report continues in further messages. */
const MOST_BYTES = 8 * 1024;
/** A cluster's counters take five bytes at least, and rarely more than this. */
const COUNTER_BYTES = 12;

/** Creates an empty store of load. */
export function createUnsentLoad(): UnsentLoad {
  /** Numbers of the names that were sent. */
  const numbers = new Map<string, number>();
  const known = new Set<string>();
  const leftOut = new Set<string>();
  let unsent = new Map<string, ClusterLoad>();
  let coversMs: number | undefined;

  function add(report: EnvoyReport): void {
    coversMs = (coversMs ?? 0) + report.coversMs;
    for (const { name, ...load } of report.clusters) {
      if (isKnown(name)) unsent.set(name, sum(unsent.get(name), load));
    }
  }

  function isKnown(name: string): boolean {
    if (known.has(name)) return true;
    const isTaken = known.size < MOST_CLUSTERS && name.length <= LONGEST_CLUSTER_NAME;
    if (isTaken) known.add(name);
    else if (leftOut.size < MOST_CLUSTERS) leftOut.add(name);
    return isTaken;
  }

  function take(): Load | undefined {
    if (coversMs === undefined && unsent.size === 0) return undefined;
    const names: string[] = [];
    const clusters: NumberedLoad[] = [];
    let bytes = 0;
    for (const [name, load] of unsent) {
      const isNew = !numbers.has(name);
      bytes += COUNTER_BYTES + (isNew ? Buffer.byteLength(name) + 3 : 0);
      if (bytes > MOST_BYTES) break;
      if (isNew) {
        numbers.set(name, numbers.size);
        names.push(name);
      }
      clusters.push({ number: numbers.get(name) ?? 0, ...load });
      unsent.delete(name);
    }
    const load = {
      coversMs: coversMs ?? 0,
      names,
      clusters: clusters.toSorted((a, b) => a.number - b.number),
    };
    coversMs = undefined;
    return load;
  }

  return {
    add,
    take,
    restart() {
      numbers.clear();
      known.clear();
      leftOut.clear();
      unsent = new Map();
      coversMs = undefined;
    },
    leftOut: () => leftOut.size,
  };
}

/** Counters add up; the newest number of requests in progress stays. */
function sum(before: ClusterLoad | undefined, next: ClusterLoad): ClusterLoad {
  if (before === undefined) return next;
  return {
    requests: before.requests + next.requests,
    ok: before.ok + next.ok,
    errors: before.errors + next.errors,
    active: next.active,
  };
}
