import { shortName } from '../../xds/types.ts';
import type { StreamStatus } from '../../xds/status.ts';
import type { MeshId } from '../mesh/resource.ts';

/** How far the configurations of the changes to one mesh are. */
export type MeshProgress = {
  readonly mesh: MeshId;
  readonly revision: number;
  /** When the changes arrived, in milliseconds since 1970. */
  readonly since: number;
  /** The connected streams whose configuration changed. Those in no other number have not answered yet. */
  readonly touched: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Streams that ended before they had answered. */
  readonly gone: number;
  readonly done: boolean;
  /** The first 20. */
  readonly refusals: readonly Refusal[];
};

/** A NACK, in Envoy's words. */
export type Refusal = { readonly stream: StreamStatus; readonly type: string; readonly error: string };

/** The changes to one mesh on their way to the streams. */
export type Push = {
  /** Looks at streams of a key again, because they opened, ended or answered: those with these ids, or all. */
  readonly look: (key: string, ids?: ReadonlySet<number>) => void;
  /** Looks at all streams without an answer. */
  readonly lookAtPending: () => void;
  /** `now`: by `performance.now()`. */
  readonly progress: (now: number) => MeshProgress;
};

/** How long streams are followed, in milliseconds. */
const LONGEST = 60_000;
const MOST_REFUSALS = 20;

/** The changes of a push. `begin`: when they arrived, by `performance.now()`. */
type PushedChanges = Pick<MeshProgress, 'mesh' | 'revision' | 'since'> & { readonly begin: number };

type Answer = 'pending' | 'acknowledged' | 'refused' | 'gone';

/**
 * Follows a push. An answer costs a look at its stream alone, so that a push to thousands of streams costs no more than their
 * answers. `touched`: the ids of the streams that the push touches, by key. `streamsOf`: the current streams of a key,
 * by their ids.
 */
export function followPush(
  { mesh, revision, since, begin }: PushedChanges,
  touched: ReadonlyMap<string, readonly number[]>,
  streamsOf: (key: string, ids?: ReadonlySet<number>) => ReadonlyMap<number, StreamStatus>,
): Push {
  const answers = new Map<number, Answer>();
  const refusing = new Map<number, StreamStatus>();
  const counts = { pending: 0, acknowledged: 0, refused: 0, gone: 0 };
  for (const id of [...touched.values()].flat()) {
    answers.set(id, 'pending');
    counts.pending += 1;
  }

  const look = (key: string, only?: ReadonlySet<number>): void => {
    const ids = touched.get(key);
    if (ids === undefined) return;
    const there = streamsOf(key, only);
    for (const id of only ?? ids) {
      if (!answers.has(id)) continue;
      const stream = there.get(id);
      const answer = answerOf(stream);
      counts[answers.get(id) ?? 'pending'] -= 1;
      counts[answer] += 1;
      answers.set(id, answer);
      if (stream !== undefined && answer === 'refused') refusing.set(id, stream);
      else refusing.delete(id);
    }
  };

  return {
    look,
    lookAtPending() {
      for (const [key, ids] of touched) if (ids.some((id) => answers.get(id) === 'pending')) look(key);
    },
    progress(now) {
      const { pending, acknowledged, refused, gone } = counts;
      const done = pending === 0 || now - begin > LONGEST;
      const refusals = refusalsOf([...refusing.values()]);
      return { mesh, revision, since, touched: answers.size, acknowledged, refused, gone, done, refusals };
    },
  };
}

function answerOf(stream: StreamStatus | undefined): Answer {
  if (stream === undefined) return 'gone';
  if (stream.types.some(({ settled }) => settled === 'nacked')) return 'refused';
  return stream.types.every(({ settled }) => settled === 'acked') ? 'acknowledged' : 'pending';
}

function refusalsOf(streams: readonly StreamStatus[]): readonly Refusal[] {
  return streams
    .slice(0, MOST_REFUSALS)
    .flatMap((stream) =>
      stream.types.flatMap(({ typeUrl, nacked }) =>
        nacked === undefined ? [] : [{ stream, type: shortName(typeUrl), error: nacked.message }],
      ),
    )
    .slice(0, MOST_REFUSALS);
}
