import type { Log } from '../../../common/log.ts';
import { MOST_ANNOUNCED } from '../../store/store.ts';
import { createOutbox } from '../outbox.ts';
import type { ReplicaStore } from '../share-reports.ts';
import { encodeLatencyParts, encodeLatencyQuestion, encodeTaken, type Asker } from './announced-latencies.ts';
import { ASK_LIMIT_MS } from './latency-asks.ts';
import type { LatencyParts } from './latency-parts.ts';
import { createOthersAnswer, type OthersAnswer, type ReplicaParts } from './others-answer.ts';
import type { LatencyQuestion } from './question.ts';
import { decodeLatencies } from './read-announcement.ts';

/** Latencies of the proxies that are connected to other replicas. */
export type SharedLatencies = {
  /**
   * Asks all other replicas. `known`: those that have proxies of the mesh. `missing` names those of them, and those that took the question,
   * which do not answer in time, or not in full. Never rejects.
   */
  readonly ask: (question: LatencyQuestion, known: readonly string[]) => Promise<readonly ReplicaParts[]>;
  readonly close: () => void;
};

/** Inputs. `hearMs` and `limitMs` (beside the seconds of the question) are for tests. */
export type ShareLatenciesOptions = {
  /** The name of this replica. */
  readonly replica: string;
  /** Returns how many own proxies a question is for, and reads their latencies. */
  readonly own: (question: LatencyQuestion) => {
    readonly proxies: number;
    readonly read: () => Promise<LatencyParts>;
  };
  readonly log: Log;
  readonly hearMs?: number;
  readonly limitMs?: number;
};

/** How long to wait for replicas that are not known: with proxies of a mesh that has no reader. In milliseconds. */
const HEAR_MS = 1000;
/** How long an answer may take beside the seconds between its two readings, in milliseconds: two questions to agents, and the way. */
const LIMIT_MS = 2 * ASK_LIMIT_MS + 2000;
/** The most questions of other replicas that are answered at once. */
const MOST_ANSWERED = 16;

/** The most texts that wait: the answers to sixteen questions, and more. */
const MOST_WAITING = 400;

/** Asks the other replicas, and answers them, over the notifications of the store. Without a shared store, there are none. */
export function shareLatencies(
  store: ReplicaStore,
  { replica, own, log, hearMs = HEAR_MS, limitMs = LIMIT_MS }: ShareLatenciesOptions,
): SharedLatencies {
  if (!store.isShared) return { ask: async () => [], close: () => undefined };
  const outbox = createOutbox(store, {
    log,
    most: MOST_WAITING,
    failure: 'cannot ask the other replicas for latencies, or answer them',
  });
  const asked = new Map<number, OthersAnswer>();
  const answered = new Set<string>();
  let last = 0;
  let isClosed = false;

  async function answer(asker: Asker, question: LatencyQuestion): Promise<void> {
    const key = `${asker.to} ${asker.ask}`;
    if (answered.has(key)) return;
    const { proxies, read } = own(question);
    const isTaken = proxies === 0 || answered.size < MOST_ANSWERED;
    const taken = outbox.send([encodeTaken(replica, asker, isTaken ? proxies : undefined)]);
    if (!isTaken || proxies === 0) return void (await taken);
    answered.add(key);
    try {
      const found = await read();
      if (!isClosed) await outbox.send(encodeLatencyParts(replica, asker, found, MOST_ANNOUNCED));
    } finally {
      answered.delete(key);
    }
  }

  const stop = store.onAnnouncement((text) => {
    const message = decodeLatencies(text);
    if (message === undefined || message.replica === replica) return;
    if (message.kind === 'question')
      void answer({ to: message.replica, ask: message.ask }, message.question).catch((error: unknown) =>
        log.warn({ err: error }, 'cannot answer another replica'),
      );
    else if (message.to === replica) asked.get(message.ask)?.take(message);
  });

  return {
    async ask(question, known) {
      last += 1;
      const ask = last;
      const others = createOthersAnswer(question, known, {
        hearMs,
        limitMs: question.seconds * 1000 + limitMs,
      });
      asked.set(ask, others);
      const isSent = await outbox.send([encodeLatencyQuestion(replica, ask, question, MOST_ANNOUNCED)]);
      if (!isSent) others.give();
      try {
        return await others.parts;
      } finally {
        asked.delete(ask);
      }
    },
    close() {
      isClosed = true;
      stop();
      for (const others of asked.values()) others.give();
    },
  };
}
