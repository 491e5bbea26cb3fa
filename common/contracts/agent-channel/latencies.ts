import { create, toBinary } from '@bufbuild/protobuf';
import {
  AgentMessageSchema,
  LatenciesSchema,
  type Latencies as LatenciesMessage,
} from './generated/agent_pb.ts';

/** A range of latencies in milliseconds, and the requests in it. */
export type LatencyRange = { readonly from: number; readonly width: number; readonly count: number };

/** Latencies and responses of a cluster since Envoy's start. `responses`: by class, 1xx to 5xx. */
export type ClusterLatencies = {
  readonly name: string;
  readonly ranges: readonly LatencyRange[];
  readonly responses: readonly [number, number, number, number, number];
};

/** A part of the answer to a question for latencies. */
export type LatenciesPart = {
  readonly ask: number;
  readonly clusters: readonly ClusterLatencies[];
  readonly isLast: boolean;
  /** Whether the agent could not read latencies from Envoy. An agent of an older version does not say so. */
  readonly isFailed: boolean;
};

/** The most clusters in a question. */
export const MOST_ASKED_CLUSTERS = 100;

/** The most clusters in an answer. */
export const MOST_ANSWERED_CLUSTERS = 1000;

/** The most messages of an answer. */
export const MOST_ANSWER_MESSAGES = 20;

/** The most ranges of a cluster: more than the decades that a timeout leaves room for, with 90 ranges each. */
const MOST_RANGES = 1000;

/** Encodes a message with a part of an answer. */
export function encodeLatencies({ ask, clusters, isLast, isFailed }: LatenciesPart): Uint8Array {
  const value = create(LatenciesSchema, {
    ask,
    isLast,
    failed: isFailed,
    clusters: clusters.map(({ name, ranges, responses }) => ({
      name,
      from: ranges.map(({ from }) => from),
      width: ranges.map(({ width }) => width),
      count: ranges.map(({ count }) => BigInt(Math.trunc(count))),
      responses: responses.map((count) => BigInt(Math.trunc(count))),
    })),
  });
  return toBinary(AgentMessageSchema, create(AgentMessageSchema, { content: { case: 'latencies', value } }));
}

/** Reads a part of an answer. Leaves out ranges that are not finite or below 0, and those beyond the limit. */
export function readLatencies({ ask, clusters, isLast, failed }: LatenciesMessage): LatenciesPart {
  return {
    ask,
    isLast,
    isFailed: failed,
    clusters: clusters.map(({ name, from, width, count, responses }) => ({
      name,
      ranges: from.slice(0, MOST_RANGES).flatMap((lower, index) => {
        const range = { from: lower, width: width[index] ?? NaN, count: Number(count[index] ?? 0n) };
        return lower >= 0 && range.width >= 0 && Number.isFinite(lower + range.width) ? [range] : [];
      }),
      responses: byClass((index) => Number(responses[index] ?? 0n)),
    })),
  };
}

/** The counts of the five classes of responses, by their index. */
function byClass(count: (index: number) => number): ClusterLatencies['responses'] {
  return [count(0), count(1), count(2), count(3), count(4)];
}
