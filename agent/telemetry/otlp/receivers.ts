import type { MessageShape } from '@bufbuild/protobuf';
import type { Signal } from '../settings/signal.ts';
import type { REQUESTS } from './requests.ts';

/** The receivers of OTLP by signal. A signal without one is not served. */
export type OtlpReceivers = {
  readonly [S in Signal]?: (request: MessageShape<(typeof REQUESTS)[S]>) => void;
};
