import { setTimeout as sleep } from 'node:timers/promises';

/** Prints a line about the progress. */
export type Say = (line: string) => void;

/** The progress of a phase: how many agents have reached its end, and a sentence that names this number and the missing ones. */
export type Look = () => { readonly isDone: boolean; readonly done: number; readonly line: string };

/** How much runs at once. */
const AT_ONCE = 16;
/** How often a phase looks, and how far its lines are apart, in milliseconds. */
const LOOK_EVERY_MS = 100;
const SAY_EVERY_MS = 5000;
/** The longest time without any progress, in milliseconds. A step of a rotation waits for ten seconds after its last agent. */
const STALLED_MS = 120_000;

/**
 * Runs the work of a phase, and says now and then how far it is. Returns the seconds that it took.
 * @throws Error after two minutes without progress; the message names the agents or events that are missing
 */
export async function phase(
  name: string,
  { look, say }: { readonly look: Look; readonly say: Say },
  work: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const begun = performance.now();
  let failure: unknown;
  const worked = work().catch((error: unknown) => (failure = error));
  let said = begun;
  let most = { done: 0, at: begun };
  for (;;) {
    if (failure !== undefined) throw failure;
    const { isDone, done, line } = look();
    const now = performance.now();
    if (isDone) {
      await worked;
      say(`${name}: ${line}, after ${((now - begun) / 1000).toFixed(1)} s`);
      return (now - begun) / 1000;
    }
    if (done > most.done) most = { done, at: now };
    if (now - most.at > STALLED_MS)
      throw new Error(`${name}: no progress within ${STALLED_MS / 1000} s: ${line}`);
    if (now - said > SAY_EVERY_MS) {
      said = now;
      say(`${name}: ${line}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Runs work as often as that, some at once. */
export async function all(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, count) }, async () => {
      while (next < count) {
        const at = next;
        next += 1;
        await work(at);
      }
    }),
  );
}
