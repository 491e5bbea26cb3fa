import { create, toBinary } from '@bufbuild/protobuf';
import { AgentMessageSchema, LoadSchema, type Load as LoadMessage } from './generated/agent_pb.ts';

/** Counters of a cluster since the report before, and `active`, the requests in progress now. A connection of TCP counts as a request. */
export type ClusterLoad = {
  readonly requests: number;
  readonly ok: number;
  readonly errors: number;
  readonly active: number;
};

/** The load of a cluster that the stream has named; `number`: as in agent.proto. */
export type NumberedLoad = ClusterLoad & { readonly number: number };

/** A report of load, as `Load` in agent.proto describes it. */
export type Load = {
  readonly coversMs: number;
  readonly names: readonly string[];
  /** By ascending number. */
  readonly clusters: readonly NumberedLoad[];
};

/** The shortest interval of reports, in milliseconds. */
export const SHORTEST_INTERVAL_MS = 1000;

/** The most clusters that a stream names. An agent does not report further ones. */
export const MOST_CLUSTERS = 2000;

/** The longest name of a cluster, in characters: a mesh and a node of 255 each, and what the translation adds. */
export const LONGEST_CLUSTER_NAME = 600;

const NUMBERS = 5;
const MOST_COUNT = 2 ** 32 - 1;

/** Encodes a message with a report of load. Counts beyond 32 bits are cut off. */
export function encodeLoad({ coversMs, names, clusters }: Load): Uint8Array {
  let before = 0;
  const counters = clusters.flatMap(({ number, requests, ok, errors, active }) => {
    const step = number - before;
    before = number;
    return [step, ...[requests, ok, errors, active].map((count) => Math.min(count, MOST_COUNT))];
  });
  const value = create(LoadSchema, { coversMs: Math.min(coversMs, MOST_COUNT), names: [...names], counters });
  return toBinary(AgentMessageSchema, create(AgentMessageSchema, { content: { case: 'load', value } }));
}

/** Reads a report of load. Leaves out an incomplete last cluster, and names beyond the limit of their length are cut off. */
export function readLoad({ coversMs, names, counters }: LoadMessage): Load {
  const clusters: NumberedLoad[] = [];
  let number = 0;
  for (let at = 0; at + NUMBERS <= counters.length; at += NUMBERS) {
    number += counters[at] ?? 0;
    clusters.push({
      number,
      requests: counters[at + 1] ?? 0,
      ok: counters[at + 2] ?? 0,
      errors: counters[at + 3] ?? 0,
      active: counters[at + 4] ?? 0,
    });
  }
  return { coversMs, names: names.map((name) => name.slice(0, LONGEST_CLUSTER_NAME)), clusters };
}
