import { PutTraceSegmentsCommand, XRayServiceException, type XRayClient } from '@aws-sdk/client-xray';
import { errorText } from '../../../common/error-text.ts';
import type { Parts } from '../parts.ts';
import { createExportQueue } from '../queue/export-queue.ts';
import type { Outcome } from '../queue/parcel.ts';
import { createBatch } from '../traces/batch.ts';
import { BATCH_MS, type TraceOutput } from '../traces/trace-output.ts';
import { documentsOf } from './documents.ts';

/** The most documents in a call of PutTraceSegments. */
const MOST_DOCUMENTS = 50;
const MOST_WORDS = 300;
/** Limit of one call, in milliseconds: that of OTLP. */
const CALL_MS = 10_000;

/**
 * Opens X-Ray's API. Segments are sent as they arrived. Calls are signed with the credentials of the task, the instance or the environment.
 * https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
 */
export function openXRayTraces(
  client: XRayClient,
  region: string,
  { mostBytes, onState }: Pick<Parts, 'mostBytes' | 'onState'>,
  callMs: number = CALL_MS,
): TraceOutput {
  const queue = createExportQueue({
    output: `xray traces ${region}`,
    mostBytes,
    onState,
    send: ({ bytes }, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(callMs)]);
      return putSegments(client, JSON.parse(Buffer.from(bytes).toString()), limited);
    },
  });
  const gathered = createBatch<string>({
    most: MOST_DOCUMENTS,
    sizeOf: ({ length }) => length,
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

/** Errors that the call itself causes. */
const MISTAKES = ['InvalidRequestException', 'SerializationException', 'ValidationException'];
const TOO_LARGE = 413;

/** Another attempt helps unless the call itself is at fault: credentials may come later, and throttling ends. */
function outcomeOfError(error: unknown): Outcome {
  const isOfXRay = error instanceof XRayServiceException;
  const isMistake =
    isOfXRay && (MISTAKES.includes(error.name) || error.$metadata.httpStatusCode === TOO_LARGE);
  const reason = isOfXRay ? `${error.name}: ${error.message}` : errorText(error);
  return { kind: isMistake ? 'refused' : 'away', reason: reason.slice(0, MOST_WORDS) };
}
