import { effect, signal } from '@preact/signals';
import type { Progress } from '../../controlplane/console/contract.ts';
import type { Status } from '../../controlplane/status/status.ts';
import type { Push } from '../parts/push-progress.tsx';
import { readStatus } from './follow.ts';
import { listening } from './mesh-streams.ts';
import { progressByStatus } from './push-by-status.ts';
import { progress, revision, status } from './state.ts';

/**
 * The start of a change: the revision before it, when the user asked for it (milliseconds of `performance.now()`), and the states of proxies
 * before it.
 */
export type PushStart = { readonly after: number; readonly at: number; readonly before: Status | undefined };

type Seen = { readonly progress: Progress; readonly at: number };

/** The number of pushes that are kept, the newest ones. */
const KEPT = 20;
/** How often and how long the states of proxies are looked at, while no event tells of the push; in milliseconds. */
const LOOK_MS = 300;
const LOOKED_MS = 60_000;

/** The progress of each push since the page was opened, by revision, with the time when it was seen. */
const pushes = signal<readonly Seen[]>([]);

effect(() => {
  const newest = progress.value;
  if (newest !== undefined) note(newest);
});

function note(newest: Progress): void {
  const others = pushes.peek().filter((each) => each.progress.revision !== newest.revision);
  pushes.value = [...others, { progress: newest, at: performance.now() }].slice(-KEPT);
}

/** Notes that a change begins now. The change does not wait for the states of proxies if events will tell of them. */
export async function beginPush(): Promise<PushStart> {
  const at = performance.now();
  if (!listening.value) await readStatus();
  const before = status.value;
  const start = { after: Math.max(revision.value, before?.revision ?? 0), at, before };
  void look(start);
  return start;
}

/** Looks at the states of proxies until an event has told of the push, or all have answered. */
async function look({ after, at, before }: PushStart): Promise<void> {
  if (before === undefined) return;
  while (performance.now() - at < LOOKED_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const newest = progress.peek();
    if (newest !== undefined && newest.revision > after) return;
    await readStatus();
    const current = status.value;
    if (current === undefined || current.revision <= after) continue;
    const found = progressByStatus(before, current, performance.now() - at);
    note(found);
    if (found.done) return;
  }
}

/** Returns the progress of the first push after a change began. */
export function pushOf({ after, at }: PushStart): Push {
  const found = pushes.value.find((each) => each.progress.revision > after);
  const milliseconds = found?.progress.done === true ? found.at - at : undefined;
  return { progress: found?.progress, milliseconds };
}
