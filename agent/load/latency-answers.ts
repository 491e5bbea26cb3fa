import {
  encodeLatencies,
  MOST_ANSWER_MESSAGES,
  MOST_ASKED_CLUSTERS,
  type ClusterLatencies,
} from '../../common/contracts/agent-channel/latencies.ts';
import type { Question } from '../../common/contracts/agent-channel/questions.ts';
import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { readLatencies } from './read-latencies.ts';

/** Bytes of one message, some. */
const MOST_BYTES = 8 * 1024;
/** Bytes that a range takes at most, and a cluster besides its name. */
const RANGE_BYTES = 14;
const CLUSTER_BYTES = 64;

/** Creates the answers to the control plane's questions for latencies. A question that comes before the one before it is answered fails. */
export function createLatencyAnswers(
  admin: Pick<AdminClient, 'ask'>,
  send: (message: Uint8Array) => void,
  log: Log,
): (question: Extract<Question, { readonly kind: 'ask latencies' }>) => void {
  let isBusy = false;

  async function messagesOf(ask: number, clusters: readonly string[]): Promise<readonly Uint8Array[]> {
    const parts = partsOf(await readLatencies(admin, clusters.slice(0, MOST_ASKED_CLUSTERS)));
    return parts.map((part, index) =>
      encodeLatencies({ ask, clusters: part, isLast: index === parts.length - 1, isFailed: false }),
    );
  }

  async function answer(ask: number, clusters: readonly string[]): Promise<void> {
    const messages = await messagesOf(ask, clusters).catch((error: unknown) => {
      log.debug({ err: error }, 'cannot read latencies from Envoy');
      return [failed(ask)];
    });
    for (const message of messages) send(message);
  }

  return ({ ask, clusters }) => {
    if (isBusy) return send(failed(ask));
    isBusy = true;
    void answer(ask, clusters).finally(() => void (isBusy = false));
  };
}

function failed(ask: number): Uint8Array {
  return encodeLatencies({ ask, clusters: [], isLast: true, isFailed: true });
}

/** Divides clusters among messages; there is at least one, which may be empty. Leaves out clusters beyond the limit. */
function partsOf(clusters: readonly ClusterLatencies[]): readonly (readonly ClusterLatencies[])[] {
  const parts: ClusterLatencies[][] = [[]];
  let bytes = 0;
  for (const cluster of clusters) {
    const size = Buffer.byteLength(cluster.name) + CLUSTER_BYTES + cluster.ranges.length * RANGE_BYTES;
    if (bytes > 0 && bytes + size > MOST_BYTES) {
      if (parts.length === MOST_ANSWER_MESSAGES) break;
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(cluster);
    bytes += size;
  }
  return parts;
}
