import type { LatencyMessage } from './announced-latencies.ts';
import type { LatencyPart, LatencyParts } from './latency-parts.ts';
import type { LatencyQuestion } from './question.ts';

/** The answer of the other replicas to one question, while it comes in. */
export type OthersAnswer = {
  readonly take: (message: Exclude<LatencyMessage, { readonly kind: 'question' }>) => void;
  /** Waits for no more: who has not answered is missing. */
  readonly give: () => void;
  /** One for each replica that was known, or has said something. */
  readonly parts: Promise<readonly ReplicaParts[]>;
};

/** The latencies of the proxies of another replica. */
export type ReplicaParts = LatencyParts & { readonly replica: string };

/** Replicas that one answer hears. A further one is ignored, so that names that are made up take no memory. */
const MOST_REPLICAS = 64;

/** The answer of a replica so far. `expected`: how many texts its answer has; undefined: not known yet. */
type Said = { readonly texts: Map<number, LatencyParts>; expected: number | undefined; isCut: boolean };

/**
 * Waits for the replicas that are `known`, and for those that say within `hearMs` that they have taken the question; no longer than `limitMs`.
 * Removes all parts of an answer that were not asked for.
 */
export function createOthersAnswer(
  question: LatencyQuestion,
  known: readonly string[],
  { hearMs, limitMs }: { readonly hearMs: number; readonly limitMs: number },
): OthersAnswer {
  const said = new Map<string, Said>(known.slice(0, MOST_REPLICAS).map((replica) => [replica, unheard()]));
  const { promise, resolve } = Promise.withResolvers<readonly ReplicaParts[]>();
  let isHeard = false;
  const hearTimer = setTimeout(() => {
    isHeard = true;
    look();
  }, hearMs);
  const limitTimer = setTimeout(give, limitMs);

  function look(): void {
    if (isHeard && [...said.values()].every(isComplete)) give();
  }

  function give(): void {
    clearTimeout(hearTimer);
    clearTimeout(limitTimer);
    resolve(Array.from(said, ([replica, each]) => partsOf(replica, each)));
  }

  return {
    parts: promise,
    give,
    take(message) {
      const { replica } = message;
      if (!said.has(replica) && said.size >= MOST_REPLICAS) return;
      const of = said.get(replica) ?? unheard();
      said.set(replica, of);
      if (message.kind === 'taken') {
        // A replica that answers too many questions already will not answer this one: it is missing.
        if (message.proxies === 0 || message.proxies === undefined) of.expected = 0;
        of.isCut ||= message.proxies === undefined;
      } else if ((of.expected ?? message.count) === message.count) {
        of.expected = message.count;
        of.isCut ||= message.isCut;
        if (!of.texts.has(message.part)) of.texts.set(message.part, askedFor(question, message.parts));
      }
      look();
    },
  };
}

function unheard(): Said {
  return { texts: new Map(), expected: undefined, isCut: false };
}

function isComplete({ expected, texts }: Said): boolean {
  return expected !== undefined && texts.size >= expected;
}

/** Of an answer that has not come in full, nothing counts: percentiles of a part would mislead. */
function partsOf(replica: string, said: Said): ReplicaParts {
  const texts = isComplete(said) ? [...said.texts.values()] : [];
  const isMissing = !isComplete(said) || said.isCut;
  return {
    replica,
    parts: texts.flatMap(({ parts }) => parts),
    reporting: texts.reduce((sum, { reporting }) => sum + reporting, 0),
    missing: [
      ...texts.flatMap(({ missing }) => missing),
      ...(isMissing ? [{ reason: 'replica', replica } as const] : []),
    ],
  };
}

function askedFor({ proxies, clusters }: LatencyQuestion, answer: LatencyParts): LatencyParts {
  const isAsked = ({ from, cluster }: LatencyPart): boolean =>
    (proxies.kind === 'proxy' ||
      (from.kind === proxies.resource.kind && from.name === proxies.resource.name)) &&
    (clusters.length === 0 || clusters.includes(cluster));
  return { ...answer, parts: answer.parts.filter(isAsked) };
}
