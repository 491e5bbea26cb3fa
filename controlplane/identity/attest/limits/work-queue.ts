import { CallError } from '../../../../xds/grpc/call-error.ts';
import { status } from '../../../../xds/grpc/status.ts';

/** The kinds of work. `ending`: for a certificate that ends soon; `first`: the client has no certificate, and may be anyone. */
export type WorkKind = 'proof' | 'ending' | 'renewal' | 'first';

/** Work of the processor for attempts: signatures to verify, and certificates to issue. */
export type WorkQueue = {
  /**
   * Does the work when it is its turn. `by`: when it has to be done, in milliseconds of the queue's clock.
   * @throws CallError if it would be done too late, before it begins: the client would have given up
   */
  readonly run: <T>(kind: WorkKind, by: number, work: () => Promise<T>) => Promise<T>;
};

type Task = { readonly by: number; readonly start: () => void; readonly refuse: () => void };

/** The most work at once: a little more than the cores of a small machine. More would only make each one take longer. */
const MOST_AT_ONCE = 4;
/** The share of the latest work in the typical time. */
const SHARE = 0.1;

/**
 * Orders the work: proofs first, because an attempt that has come so far would else have been for nothing, then certificates that end soon. Other
 * renewals and clients without a certificate take turns, so that neither keeps the other out. Work that cannot be done in time is
 * refused, as soon as this shows. `now`: milliseconds of a monotonic clock; for tests.
 */
export function createWorkQueue(now: () => number = () => performance.now(), most = MOST_AT_ONCE): WorkQueue {
  const waiting: Readonly<Record<WorkKind, Task[]>> = { proof: [], ending: [], renewal: [], first: [] };
  let order: readonly WorkKind[] = ['proof', 'ending', 'renewal', 'first'];
  let running = 0;
  /** The typical time of work, in milliseconds. */
  let typical = 0;

  function next(): Task | undefined {
    for (const kind of order) {
      const task = waiting[kind].shift();
      if (task === undefined) continue;
      if (kind === 'renewal' || kind === 'first') order = ['proof', 'ending', other(kind), kind];
      return task;
    }
    return undefined;
  }

  function fill(): void {
    for (;;) {
      const task = running < most ? next() : undefined;
      if (task === undefined) return;
      if (now() + typical > task.by) task.refuse();
      else task.start();
    }
  }

  /** Returns how long new work of this kind would wait for the work ahead of it, in milliseconds. */
  function wait(kind: WorkKind): number {
    const before = order
      .slice(0, order.indexOf(kind) + 1)
      .reduce((sum, each) => sum + waiting[each].length, 0);
    return running < most ? 0 : ((before + 1) / most) * typical;
  }

  return {
    run<T>(kind: WorkKind, by: number, work: () => Promise<T>) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (now() + wait(kind) + typical > by) return Promise.reject(late());
      waiting[kind].push({
        by,
        start() {
          running += 1;
          const begun = now();
          work()
            .then(resolve, reject)
            .finally(() => {
              running -= 1;
              typical += (now() - begun - typical) * SHARE;
              fill();
            });
        },
        refuse: () => reject(late()),
      });
      fill();
      return promise;
    },
  };
}

function other(kind: 'renewal' | 'first'): WorkKind {
  return kind === 'renewal' ? 'first' : 'renewal';
}

function late(): CallError {
  return new CallError(status.RESOURCE_EXHAUSTED, 'this control plane has too much to do to answer in time');
}
