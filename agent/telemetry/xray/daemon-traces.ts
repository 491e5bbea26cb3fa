import type { Parts } from '../parts.ts';
import { createUdpSender } from '../outputs/udp-sender.ts';
import { createExportQueue } from '../queue/export-queue.ts';
import type { TraceOutput } from '../traces/trace-output.ts';
import { documentsOf } from './documents.ts';

/** Bytes that a datagram of IPv4 holds beside its headers. */
const MOST_DATAGRAM = 65_507;

const HEADER = '{"format":"json","version":1}\n';

/**
 * Opens X-Ray's daemon: one datagram for each segment, as the daemon reads them. Only on this host does the kernel report that no daemon
 * listens.
 */
export function openDaemonTraces(
  { host, port }: { readonly host: string; readonly port: number },
  { mostBytes, onState }: Parts,
): TraceOutput {
  const sender = createUdpSender(host, port);
  const queue = createExportQueue({
    output: `xray-daemon traces ${host}:${port}`,
    mostBytes,
    onState,
    async send({ bytes }) {
      if (bytes.length > MOST_DATAGRAM) return { kind: 'refused', reason: tooLong(bytes.length) };
      await sender.send(bytes);
      return { kind: 'taken' };
    },
  });
  const push = (documents: readonly string[]): void => {
    for (const document of documents) queue.push({ items: 1, bytes: Buffer.from(`${HEADER}${document}`) });
  };
  return {
    spans: (resources) => push(documentsOf(resources)),
    segments: (segments) => push(segments.map(({ document }) => document)),
    status: queue.status,
    async close(limitMs) {
      await queue.close(limitMs);
      sender.close();
    },
  };
}

function tooLong(length: number): string {
  return `a segment with ${length} bytes does not fit in a datagram, which holds ${MOST_DATAGRAM}`;
}
