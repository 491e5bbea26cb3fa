import type { Log } from '../../common/log.ts';
import type { DeltaClient } from '../../xds/client/client.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Ack } from '../../xds/protocol/acks.ts';
import type { Settled } from '../../xds/protocol/settled.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import { coded } from '../codes.ts';
import type { AcceptedConfig } from './accepted-config.ts';
import { describeNack, nackCode } from './describe-nack.ts';
import { createRefusalSearch, type RefusalSearch } from './refusal-search.ts';
import type { RelayedConfig } from './relayed-config.ts';

/** Turns Envoy's answers into answers to the control plane, and into the good configuration. */
export type EnvoyAnswers = {
  /** Handles Envoy's ACK or NACK of a response. */
  answered(answer: Ack): void;
  /** ACKs an update once Envoy has applied all of it. That takes several responses, or none if Envoy had the same resources before. */
  ackIfSettled(typeUrl: TypeUrl): void;
  /** Envoy opened a new stream. */
  restart(): void;
  /** Whether it is open which resources of a refused response Envoy applied. */
  isSearching(): boolean;
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
  /** Whether Envoy's stream has subscribed to a type, and the served configuration is what Envoy is sent. */
  readonly isReady: (typeUrl: TypeUrl) => boolean;
  readonly serve: () => void;
  readonly onKeptChange: () => void;
};

const REJECTED_BEFORE = 'Envoy rejected one of these resources before';

/** Starts without answers. */
export function createEnvoyAnswers(options: EnvoyAnswersOptions): EnvoyAnswers {
  const { log, config, accepted, pending, downstream, upstream, isReady, serve, onKeptChange } = options;
  const searches = new Map<TypeUrl, RefusalSearch>();
  const words = new Map<TypeUrl, string>();
  let refusals = 0;

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
      refuse(typeUrl, error ?? '', why);
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

  /** Tells the control plane of a NACK. */
  function refuse(typeUrl: TypeUrl, error: string, why: string): void {
    const update = pending.get(typeUrl);
    if (update === undefined && !config.isUnconfirmed(typeUrl)) return;
    words.set(typeUrl, why);
    // Envoy rejected resources from disk, and newer ones are on their way: its answer to these decides.
    if (config.isUnconfirmed(typeUrl) && downstream.settled(typeUrl) === 'pending') return;
    if (update === undefined) return distrustStored(typeUrl, why);
    refusals += 1;
    log.error(
      coded(nackCode(why), { typeUrl, version: update.version, error: why }),
      'Envoy sent a NACK; it keeps the last good resources',
    );
    pending.delete(typeUrl);
    upstream.answer(update, error);
  }

  /** Envoy rejects resources from disk that an earlier Envoy accepted: an older release, or a port that is taken now. */
  function distrustStored(typeUrl: TypeUrl, error: string): void {
    refusals += 1;
    log.error(
      coded(nackCode(error), { typeUrl, error }),
      'Envoy sent a NACK of the last good resources from disk; the agent asks for all of them again',
    );
    config.distrust(typeUrl);
    upstream.refetch(typeUrl);
  }

  function ackIfSettled(typeUrl: TypeUrl): void {
    if (!isReady(typeUrl) || searches.get(typeUrl)?.isOver() === false) return;
    const update = pending.get(typeUrl);
    const settled = downstream.settled(typeUrl);
    if (update === undefined) {
      if (settled === 'acked') config.confirm(typeUrl);
      else if (settled === 'nacked' && config.isUnconfirmed(typeUrl))
        distrustStored(typeUrl, words.get(typeUrl) ?? REJECTED_BEFORE);
      return;
    }
    if (settled === 'pending') return;
    pending.delete(typeUrl);
    const refused = config.refused(typeUrl);
    const isRefused = ({ name, version }: Resource): boolean => refused.get(name) === version;
    // Resources that Envoy has rejected before, and that the update does not change.
    if (update.resources.some(isRefused))
      return upstream.answer(update, words.get(typeUrl) ?? REJECTED_BEFORE);
    if (refused.size === 0) words.delete(typeUrl);
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
    status: () => ({
      refusals,
      refused: [...words.values()].at(-1),
      isFirstRefused: Array.from(words.keys()).some((typeUrl) => !accepted.has(typeUrl)),
    }),
  };
}
