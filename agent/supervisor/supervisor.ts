import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../common/error-text.ts';
import { coded } from '../codes.ts';
import { describeCause, isPermanent } from '../endings/end-cause.ts';
import type { EnvoyProcess } from './envoy-process/envoy-process.ts';
import { failed, type Replacement } from './replace/replacement.ts';
import { createRestartBudget, type RestartBudget } from './restart-budget.ts';
import { createRetiring } from './replace/retiring.ts';
import { serveEnvoy, type Parts } from './serve-envoy.ts';
import { createSharedState } from './shared-state.ts';
import { backingOff, starting, stopped, type StopReason, type SupervisorState } from './state.ts';
import type { LastEnd, Supervisor, SupervisorOptions } from './supervisor-options.ts';
import type { Asked, Served } from './watch-event.ts';
import { createWishes } from './replace/wishes.ts';

const STABLE_MS = 60_000;
const HANG_MS = 60_000;
const HAND_OVER_MS = 120_000;

/** The states in which Envoy can be replaced. A restart needs no Envoy that is LIVE. */
const REPLACEABLE: Readonly<Record<Replacement['how'], readonly SupervisorState['kind'][]>> = {
  'hot restart': ['running'],
  restart: ['running', 'without-admin', 'starting', 'backing-off'],
};

/** The record of ends and restarts. */
type Restarts = { readonly budget: RestartBudget; made: number; lastEnd: LastEnd | undefined };

/** Creates a supervisor, which starts Envoy with `run`. */
export function createSupervisor(given: SupervisorOptions): Supervisor {
  const options = { ...given, hangMs: given.hangMs ?? HANG_MS, handOverMs: given.handOverMs ?? HAND_OVER_MS };
  const shared = createSharedState();
  const wishes = createWishes();
  const retiring = createRetiring(shared, options.retireMs ?? (() => 0), options.log);
  const parts: Parts = { options, shared, wishes, retiring };
  const budget = createRestartBudget(options.restarts, options.stableMs ?? STABLE_MS);
  const restarts: Restarts = { budget, made: 0, lastEnd: undefined };

  function isReplaceable(how: Replacement['how']): boolean {
    return REPLACEABLE[how].includes(shared.state.kind) && !retiring.isThere() && wishes.isOpen();
  }

  return {
    state: () => shared.state,
    epoch: () => shared.epoch,
    lastEnd: () => restarts.lastEnd,
    restarts: () => ({ made: restarts.made, hangs: shared.hangs, left: budget.left() }),
    isReplaceable,
    replace: async (wish) => (isReplaceable(wish.how) ? await wishes.ask(wish) : { kind: 'not now' }),
    async run() {
      try {
        const reason = await keepRunning(parts, restarts);
        shared.state = stopped(reason);
        return reason;
      } finally {
        await retiring.stop();
      }
    },
  };
}

/** Starts Envoys one after the other until a stop signal, or until a further one cannot help. */
async function keepRunning(parts: Parts, restarts: Restarts): Promise<StopReason> {
  const { stop } = parts.options;
  let { takenOver } = parts.options;
  let asked: Asked | undefined;
  let isFirst = true;
  for (;;) {
    // An Envoy that was taken over has to be drained, too.
    if (stop.drain.aborted && takenOver === undefined) return { kind: 'told' };
    const trial: Asked | undefined = asked;
    asked = undefined;
    const started = takenOver === undefined ? await startFirst(parts, trial) : begin(parts, takenOver);
    takenOver = undefined;
    if (started === undefined) continue;
    if ('error' in started && isFirst) throw started.error;
    isFirst = false;
    const served = 'error' in started ? notStarted(started.error) : await serveEnvoy(parts, started, trial);
    if (served === 'left') return { kind: 'left' };
    asked = served.asked;
    if (stop.drain.aborted) {
      asked?.answer(failed({ kind: 'stopped' }));
      return { kind: 'told' };
    }
    // After a next Envoy that was not LIVE in time, the previous launch is started again.
    if (asked !== undefined || served.isLate) continue;
    const next = await afterEnd(parts, restarts, served, trial !== undefined);
    if (next.kind !== 'restart') return next;
    asked = next.asked;
  }
}

/** Begins with an Envoy that runs already. */
function begin(
  { shared }: Parts,
  { envoy, epoch }: NonNullable<SupervisorOptions['takenOver']>,
): EnvoyProcess {
  shared.epoch = epoch;
  shared.state = starting(envoy.pid);
  return envoy;
}

/** Starts an Envoy that takes over from none, or returns why it cannot; undefined if the one that was asked for cannot be started. */
async function startFirst(
  { options, shared }: Parts,
  trial: Asked | undefined,
): Promise<EnvoyProcess | { readonly error: unknown } | undefined> {
  shared.epoch = 0;
  let envoy: EnvoyProcess;
  try {
    envoy = await (trial === undefined ? options.start() : trial.wish.start(0));
  } catch (error) {
    if (trial === undefined) return { error };
    trial.answer(failed({ kind: 'cannot start', why: errorText(error) }));
    return undefined;
  }
  shared.state = starting(envoy.pid);
  options.log.info({ pid: envoy.pid }, 'started Envoy');
  return envoy;
}

/** Returns the end of an Envoy that had no process. The next one may have one: the machine lacks memory or process ids for a time only. */
function notStarted(error: unknown): Served {
  const cause = { kind: 'cannot-start', why: errorText(error) } as const;
  return { pid: undefined, exit: { code: null, signal: null, cause }, liveMs: 0, isLate: false };
}

/** The next step after the end of an Envoy; `asked`: another Envoy was asked for during the back-off. */
type Next = StopReason | { readonly kind: 'restart'; readonly asked: Asked | undefined };

/** Waits until Envoy may be restarted after its end, unless another Envoy is asked for before. */
async function afterEnd(
  { options: { stop, log }, shared, wishes }: Parts,
  restarts: Restarts,
  { exit, liveMs, pid }: Served,
  isTrial: boolean,
): Promise<Next> {
  const { budget } = restarts;
  restarts.lastEnd = { ...exit, at: new Date() };
  const { code, signal, cause } = exit;
  log.error(
    coded('ENVOY_ENDED', { pid, exit: { code, signal }, cause: cause.kind }),
    `Envoy ${describeCause(cause)}`,
  );
  // The launch before a trial is known to work.
  const hasFailed = isTrial && liveMs === 0;
  if (isPermanent(cause) && !hasFailed) return { kind: 'hopeless', exit };
  const waitMs = budget.afterExit(liveMs);
  if (waitMs === undefined) return { kind: 'crash-loop', exit };
  shared.state = backingOff(exit, waitMs);
  log.info({ waitMs: Math.round(waitMs), left: budget.left() }, 'restarting Envoy');
  const open = wishes.open();
  const over = new AbortController();
  const asked = await Promise.race([
    open.asked,
    delay(waitMs, undefined, { signal: AbortSignal.any([stop.drain, over.signal]) }).catch(() => undefined),
  ]);
  over.abort();
  open.close(asked !== undefined);
  if (stop.drain.aborted) {
    asked?.answer(failed({ kind: 'stopped' }));
    return { kind: 'told' };
  }
  if (asked === undefined) restarts.made += 1;
  return { kind: 'restart', asked };
}
