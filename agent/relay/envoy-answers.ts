import type { Log } from '../../common/log.ts';
import type { DeltaClient } from '../../xds/client/client.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Ack } from '../../xds/protocol/acks.ts';
import type { Settled } from '../../xds/protocol/settled.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { AcceptedConfig } from './accepted-config.ts';
import { describeNack } from './nacks/describe-nack.ts';
import { createNackReports, type RefusalStatus } from './nacks/nack-reports.ts';
import { createRefusalSearch, type RefusalSearch } from './nacks/refusal-search.ts';
import type { RelayedConfig } from './relayed-config.ts';

/** Turns Envoy's answers into answers to the control plane, and into the good configuration. */
export type EnvoyAnswers = {
  /** Handles Envoy's ACK or NACK of a response. */
  answered(answer: Ack): void;
  /** ACKs an update once Envoy has applied all of it. That takes several responses, or none if Envoy had the same resources before. */
  ackIfSettled(typeUrl: TypeUrl): void;
  /** Envoy opened a new stream. */
  restart(): void;
  /** Whether the search for the refused resources of a response is still running. */
  isSearching(): boolean;
  status(): RefusalStatus;
};

/** Inputs of the answers. */
export type EnvoyAnswersOptions = {
  readonly log: Log;
  readonly config: RelayedConfig;
  readonly accepted: AcceptedConfig;
  /** Updates of the control plane without an answer. It has at most one per type. */
  readonly pending: Map<TypeUrl, DeltaUpdate>;
  /** The server that Envoy is connected to. */
  readonly downstream: {
    readonly settled: (typeUrl: TypeUrl) => Settled;
    readonly resend: (typeUrl: TypeUrl, names: readonly string[]) => void;
  };
  readonly upstream: Pick<DeltaClient, 'answer' | 'refetch'>;
  /** Whether Envoy's stream has subscribed to a type, and the served configuration is the one that is sent to Envoy. */
  readonly isReady: (typeUrl: TypeUrl) => boolean;
  readonly serve: () => void;
  readonly onKeptChange: () => void;
};

/** Creates the handler of Envoy's answers. */
export function createEnvoyAnswers(options: EnvoyAnswersOptions): EnvoyAnswers {
  const { log, config, accepted, pending, downstream, upstream, isReady, serve, onKeptChange } = options;
  const searches = new Map<TypeUrl, RefusalSearch>();
  const nacks = createNackReports(options);

  function searchOf(typeUrl: TypeUrl): RefusalSearch {
    const search = searches.get(typeUrl) ?? createRefusalSearch();
    searches.set(typeUrl, search);
    return search;
  }

  function answered({ typeUrl, error, resources, removed }: Ack): void {
    const why = error === undefined ? undefined : describeNack(error);
    const search = searchOf(typeUrl);
    const current = resources.filter((each) => config.isServed(typeUrl, each)).map(({ name }) => name);
    const isOfSearch = search.answered(new Set(current), why);
    // Envoy removes resources although it refuses others of the same response.
    config.accept(typeUrl, why === undefined ? resources : [], removed);
    if (why !== undefined && !isOfSearch) {
      search.begin(current, why);
      nacks.report(typeUrl, error ?? '', why);
    }
    goOn(typeUrl, search);
    ackIfSettled(typeUrl);
    onKeptChange();
  }

  /** Serves the last good versions of the refused resources that a search has found, and sends its next group. */
  function goOn(typeUrl: TypeUrl, search: RefusalSearch): void {
    const served = config.snapshot().get(typeUrl)?.resources;
    const wasSearching = !search.isOver();
    const group = search.next((name) => served?.has(name) === true);
    const found = search.found();
    for (const name of found) config.refuse(typeUrl, name);
    if (found.length > 0) serve();
    if (group !== undefined) downstream.resend(typeUrl, group);
    else if (wasSearching)
      log.warn(
        { typeUrl, refused: [...config.refused(typeUrl).keys()] },
        'Envoy applied the other resources',
      );
  }

  function ackIfSettled(typeUrl: TypeUrl): void {
    if (!isReady(typeUrl) || searches.get(typeUrl)?.isOver() === false) return;
    const update = pending.get(typeUrl);
    const settled = downstream.settled(typeUrl);
    if (update === undefined) {
      if (settled === 'acked') config.confirm(typeUrl);
      else if (settled === 'nacked' && config.isUnconfirmed(typeUrl))
        nacks.distrustStored(typeUrl, nacks.messageOf(typeUrl));
      return;
    }
    if (settled === 'pending') return;
    pending.delete(typeUrl);
    const refused = config.refused(typeUrl);
    const isRefused = ({ name, version }: Resource): boolean => refused.get(name) === version;
    // Resources that Envoy has rejected before, and that the update does not change.
    if (update.resources.some(isRefused)) return upstream.answer(update, nacks.messageOf(typeUrl));
    if (refused.size === 0) nacks.forget(typeUrl);
    if (settled === 'acked') config.ack(typeUrl);
    accepted.accept(typeUrl, update.version);
    upstream.answer(update);
    onKeptChange();
  }

  return {
    answered,
    ackIfSettled,
    restart() {
      for (const search of searches.values()) search.stop();
    },
    isSearching: () => Array.from(searches.values()).some((search) => !search.isOver()),
    status: () => nacks.status(),
  };
}
