import { effect, signal } from '@preact/signals';
import type { Progress } from '../../controlplane/console/contract.ts';
import type { Push } from '../parts/push-progress.tsx';
import { progress, revision } from './state.ts';

/** The start of a change: the revision before it, and when the user asked for it, in milliseconds of `performance.now()`. */
export type PushStart = { readonly after: number; readonly at: number };

type Ended = { readonly progress: Progress; readonly at: number };

/** The progress of each push since the page was opened, by revision, with the time of its end; at most this many. */
const KEPT = 20;
const pushes = signal<readonly Ended[]>([]);

effect(() => {
  const newest = progress.value;
  if (newest === undefined) return;
  const others = pushes.peek().filter((each) => each.progress.revision !== newest.revision);
  pushes.value = [...others, { progress: newest, at: performance.now() }].slice(-KEPT);
});

/** Notes that a change begins now. */
export function beginPush(): PushStart {
  return { after: revision.value, at: performance.now() };
}

/** Returns the progress of the first push after a change began. */
export function pushOf({ after, at }: PushStart): Push {
  const found = pushes.value.find((each) => each.progress.revision > after);
  const milliseconds = found?.progress.done === true ? found.at - at : undefined;
  return { progress: found?.progress, milliseconds };
}
