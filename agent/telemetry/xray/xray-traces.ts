import type { XRayClient } from '@aws-sdk/client-xray';
import type { Parts } from '../parts.ts';
import { createExportQueue, type Outcome } from '../queue/export-queue.ts';
import { createBatch } from '../traces/batch.ts';
import { BATCH_MS, type TraceOutput } from '../traces/trace-output.ts';
import { documentsOf } from './documents.ts';

/** The most documents in a call of PutTraceSegments. */
const MOST_DOCUMENTS = 50;
const MOST_WORDS = 300;

/**
 * Opens X-Ray's API. Segments pass on as they came. Calls are signed with the credentials of the task, the instance or the environment.
 * https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
 */
export function openXRayTraces(
  client: XRayClient,
  region: string,
  { mostBytes, onState }: Parts,
): TraceOutput {
  const queue = createExportQueue({
    output: `xray traces ${region}`,
    mostBytes,
    onState,
    send: ({ bytes }, signal) => putSegments(client, JSON.parse(Buffer.from(bytes).toString()), signal),
  });
  const gathered = createBatch<string>({
    most: MOST_DOCUMENTS,
    afterMs: BATCH_MS,
    pass: (items) => queue.push({ items: items.length, bytes: Buffer.from(JSON.stringify(items)) }),
  });
  return {
    spans: (resources) => gathered.add(documentsOf(resources)),
    segments: (segments) => gathered.add(segments.map(({ document }) => document)),
    status: queue.status,
    async close(limitMs) {
      gathered.flush();
      await queue.close(limitMs);
      client.destroy();
    },
  };
}

async function putSegments(client: XRayClient, documents: string[], signal: AbortSignal): Promise<Outcome> {
  const { PutTraceSegmentsCommand } = await import('@aws-sdk/client-xray');
  try {
    const command = new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents });
    const { UnprocessedTraceSegments: refused = [] } = await client.send(command, { abortSignal: signal });
    const [first] = refused;
    const words = [first?.ErrorCode, first?.Message].filter((each) => each !== undefined).join(': ');
    return { kind: 'taken', rejected: refused.length, words };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Another attempt helps unless the call itself is at fault: credentials may come later, and throttling ends. */
function outcomeOfError(error: unknown): Outcome {
  const reason = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(
    0,
    MOST_WORDS,
  );
  const isMistake = error instanceof Error && error.name === 'InvalidRequestException';
  return { kind: isMistake ? 'refused' : 'away', reason };
}
