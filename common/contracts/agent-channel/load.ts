import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AgentMessageSchema, LoadSchema } from './generated/agent_pb.ts';

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

/** Numbers of one cluster in a report. */
export const NUMBERS = 5;
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

/**
 * A report of load as the control plane reads it: a thousand agents send one each five seconds, so it has no object for each cluster.
 * `counters` has `NUMBERS` numbers for each cluster: its number, requests, ok, errors, active. It is one and the same array for all
 * reports, so it is valid until the next message is read.
 */
export type ReceivedLoad = Pick<Load, 'coversMs' | 'names'> & {
  readonly counters: Uint32Array;
  /** The clusters in `counters`. */
  readonly clusters: number;
};

const counters = new Uint32Array(MOST_CLUSTERS * NUMBERS);

// Field numbers of daybreak.agent.v1.Load.
const LOAD = { coversMs: 1, names: 2, counters: 3 } as const;

/**
 * Reads a report of load from its encoding. Leaves out an incomplete last cluster and clusters beyond the limit; names beyond the limit of
 * their length are cut off. Throws on invalid bytes.
 */
export function readLoad(bytes: Uint8Array): ReceivedLoad {
  const reader = new BinaryReader(bytes);
  const names: string[] = [];
  let coversMs = 0;
  let filled = 0;
  const add = (): void => {
    const value = reader.uint32();
    if (filled < counters.length) counters[filled++] = value;
  };
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === LOAD.coversMs && wire === WireType.Varint) coversMs = reader.uint32();
    else if (field === LOAD.names && wire === WireType.LengthDelimited)
      names.push(reader.string().slice(0, LONGEST_CLUSTER_NAME));
    else if (field === LOAD.counters && wire === WireType.Varint) add();
    else if (field === LOAD.counters && wire === WireType.LengthDelimited)
      for (const end = reader.uint32() + reader.pos; reader.pos < end; ) add();
    else reader.skip(wire, field);
  }
  const clusters = Math.floor(filled / NUMBERS);
  let number = 0;
  for (let at = 0; at < clusters * NUMBERS; at += NUMBERS) {
    number += counters[at] ?? 0;
    counters[at] = number;
  }
  return { coversMs, names, counters, clusters };
}
