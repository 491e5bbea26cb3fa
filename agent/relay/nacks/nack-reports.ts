import type { Log } from '../../../common/log.ts';
import type { DeltaClient } from '../../../xds/client/client.ts';
import type { DeltaUpdate } from '../../../xds/client/update.ts';
import type { Settled } from '../../../xds/protocol/settled.ts';
import type { TypeUrl } from '../../../xds/types.ts';
import { coded } from '../../codes.ts';
import type { AcceptedConfig } from '../accepted-config.ts';
import { nackCode } from './describe-nack.ts';
import type { RelayedConfig } from '../relayed-config.ts';

/** Tells the control plane, the log and the status of Envoy's NACKs. */
export type NackReports = {
  /**
   * Reports a NACK of the pending update of a type, or of resources from disk. `error`: Envoy's message as it is; `why`: on one line. If a
   * type has neither a pending update nor resources from disk, it was answered before.
   */
  report(typeUrl: TypeUrl, error: string, why: string): void;
  /** Envoy rejects resources from disk that an earlier Envoy accepted: an older release, or a port that is taken now. */
  distrustStored(typeUrl: TypeUrl, error: string): void;
  /** Returns the message of the latest NACK of a type, or a general one. */
  messageOf(typeUrl: TypeUrl): string;
  /** Envoy has accepted newer resources in place of all that it refused. */
  forget(typeUrl: TypeUrl): void;
  status(): RefusalStatus;
};

/** Refusals of Envoy. */
export type RefusalStatus = {
  /** Updates that Envoy NACKed since the agent started. */
  readonly refusals: number;
  /** Message of the latest NACK, until Envoy ACKs newer resources in place of those that it refused. */
  readonly refused: string | undefined;
  /** Whether Envoy refused the first update of a type, and has accepted no other of that type. */
  readonly isFirstRefused: boolean;
};

/** Inputs of the reports. */
export type NackReportsOptions = {
  readonly log: Log;
  readonly config: RelayedConfig;
  readonly accepted: AcceptedConfig;
  /** Updates of the control plane without an answer. */
  readonly pending: Map<TypeUrl, DeltaUpdate>;
  readonly downstream: { readonly settled: (typeUrl: TypeUrl) => Settled };
  readonly upstream: Pick<DeltaClient, 'answer' | 'refetch'>;
};

const REJECTED_BEFORE = 'Envoy rejected one of these resources before';

/** Creates reports without a NACK. */
export function createNackReports(options: NackReportsOptions): NackReports {
  const { log, config, accepted, pending, downstream, upstream } = options;
  const messages = new Map<TypeUrl, string>();
  let refusals = 0;

  function distrustStored(typeUrl: TypeUrl, error: string): void {
    refusals += 1;
    log.error(
      coded(nackCode(error), { typeUrl, error }),
      'Envoy sent a NACK of the last good resources from disk; the agent asks for all of them again',
    );
    config.distrust(typeUrl);
    upstream.refetch(typeUrl);
  }

  return {
    report(typeUrl, error, why) {
      const update = pending.get(typeUrl);
      if (update === undefined && !config.isUnconfirmed(typeUrl)) return;
      messages.set(typeUrl, why);
      // Envoy rejected resources from disk, and newer ones are about to arrive: Envoy's answer to those decides.
      if (config.isUnconfirmed(typeUrl) && downstream.settled(typeUrl) === 'pending') return;
      if (update === undefined) return distrustStored(typeUrl, why);
      refusals += 1;
      log.error(
        coded(nackCode(why), { typeUrl, version: update.version, error: why }),
        'Envoy sent a NACK; it keeps the last good resources',
      );
      pending.delete(typeUrl);
      upstream.answer(update, error);
    },
    distrustStored,
    messageOf: (typeUrl) => messages.get(typeUrl) ?? REJECTED_BEFORE,
    forget: (typeUrl) => void messages.delete(typeUrl),
    status: () => ({
      refusals,
      refused: [...messages.values()].at(-1),
      isFirstRefused: Array.from(messages.keys()).some((typeUrl) => !accepted.has(typeUrl)),
    }),
  };
}
