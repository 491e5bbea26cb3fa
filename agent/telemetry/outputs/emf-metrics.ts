import type { MetricsOutput } from '../metrics/metrics-output.ts';
import type { Parts } from '../parts.ts';
import { createExportQueue } from '../queue/export-queue.ts';
import { emfLines } from './emf-lines.ts';
import { flatPoints } from './flat-points.ts';

/** Opens the output of CloudWatch's embedded metric format: lines on stdout, of which awslogs, FireLens or the CloudWatch agent make metrics. */
export function openEmfMetrics(namespace: string, { mostBytes, onState, writeLines }: Parts): MetricsOutput {
  const queue = createExportQueue({
    output: 'emf stdout',
    mostBytes,
    onState,
    async send({ bytes }) {
      const lost = await writeLines(Buffer.from(bytes));
      return lost === 0 ? { kind: 'taken' } : { kind: 'refused', reason: 'stdout takes no lines' };
    },
  });
  return {
    temporality: 'delta',
    push(metrics) {
      for (const { text, items } of emfLines(flatPoints(metrics), namespace, Date.now())) {
        queue.push({ items, bytes: Buffer.from(`${text}\n`) });
      }
    },
    status: queue.status,
    close: queue.close,
  };
}
