import {
  encodeLatencies,
  MOST_ASKED_CLUSTERS,
  type ClusterLatencies,
} from '../../common/contracts/agent-channel/latencies.ts';
import type { Question } from '../../common/contracts/agent-channel/questions.ts';
import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { readLatencies } from './read-latencies.ts';

/** Bytes of one message, some, and the most messages of one answer: the control plane takes bursts of 30. */
const MOST_BYTES = 8 * 1024;
const MOST_MESSAGES = 20;
/** Bytes that a range takes at most, and a cluster besides its name. */
const RANGE_BYTES = 14;
const CLUSTER_BYTES = 64;

/** Creates the answers to the control plane's questions for latencies. A question that comes before the one before it is answered gets no latencies. */
export function createLatencyAnswers(
  admin: Pick<AdminClient, 'ask'>,
  send: (message: Uint8Array) => void,
  log: Log,
): (question: Extract<Question, { readonly kind: 'ask latencies' }>) => void {
  let isBusy = false;

  async function answer(ask: number, clusters: readonly string[]): Promise<void> {
    const found = await readLatencies(admin, clusters.slice(0, MOST_ASKED_CLUSTERS)).catch(
      (error: unknown) => {
        log.debug({ err: error }, 'cannot read latencies from Envoy');
        return [];
      },
    );
    const parts = partsOf(found);
    for (const [index, part] of parts.entries())
      send(encodeLatencies({ ask, clusters: part, isLast: index === parts.length - 1 }));
  }

  return ({ ask, clusters }) => {
    if (isBusy) return send(encodeLatencies({ ask, clusters: [], isLast: true }));
    isBusy = true;
    void answer(ask, clusters).finally(() => void (isBusy = false));
  };
}

/** Divides clusters among messages; there is at least one, which may be empty. Leaves out clusters beyond the limit. */
function partsOf(clusters: readonly ClusterLatencies[]): readonly (readonly ClusterLatencies[])[] {
  const parts: ClusterLatencies[][] = [[]];
  let bytes = 0;
  for (const cluster of clusters) {
    const size = Buffer.byteLength(cluster.name) + CLUSTER_BYTES + cluster.ranges.length * RANGE_BYTES;
    if (bytes > 0 && bytes + size > MOST_BYTES) {
      if (parts.length === MOST_MESSAGES) break;
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(cluster);
    bytes += size;
  }
  return parts;
}
