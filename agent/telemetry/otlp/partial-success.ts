import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Outcome } from '../queue/parcel.ts';
import type { Signal } from '../settings/signal.ts';
import { fromOtlpJson } from './otlp-json.ts';
import { printable } from './printable.ts';
import { RESPONSES } from './requests.ts';

/**
 * Returns the outcome of a request that a receiver accepted, with the items that its answer rejects. An answer that is not a response of
 * OTLP rejects nothing. https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export function takenBy(signal: Signal, answer: Buffer, isJson: boolean): Outcome {
  if (answer.length === 0) return { kind: 'taken' };
  try {
    const { rejected, errorMessage } = partOf(signal, answer, isJson) ?? { rejected: 0n, errorMessage: '' };
    // A negative number has no meaning.
    return { kind: 'taken', rejected: Math.max(0, Number(rejected)), words: printable(errorMessage) };
  } catch {
    return { kind: 'taken' };
  }
}

type Part = { readonly rejected: bigint; readonly errorMessage: string };

function partOf(signal: Signal, answer: Buffer, isJson: boolean): Part | undefined {
  const decoded = <D extends DescMessage>(schema: D): MessageShape<D> =>
    isJson ? fromOtlpJson(schema, answer.toString()) : fromBinary(schema, answer);
  switch (signal) {
    case 'metrics': {
      const { partialSuccess: part } = decoded(RESPONSES.metrics);
      return part && { rejected: part.rejectedDataPoints, errorMessage: part.errorMessage };
    }
    case 'traces': {
      const { partialSuccess: part } = decoded(RESPONSES.traces);
      return part && { rejected: part.rejectedSpans, errorMessage: part.errorMessage };
    }
    case 'logs': {
      const { partialSuccess: part } = decoded(RESPONSES.logs);
      return part && { rejected: part.rejectedLogRecords, errorMessage: part.errorMessage };
    }
  }
}
