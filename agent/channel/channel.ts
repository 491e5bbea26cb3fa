import {
  CONNECT_PATH,
  encodeAgentMessage,
  type AgentState,
} from '../../common/contracts/agent-channel/state.ts';
import { decodeRenewal, type Renewal } from '../../common/contracts/agent-channel/renewal.ts';
import { decodeModelRevision } from '../../common/contracts/agent-channel/model-revision.ts';
import { decodeQuestion, type Question } from '../../common/contracts/agent-channel/questions.ts';
import type { Log } from '../../common/log.ts';
import { createBackoff, type Backoff } from '../../xds/client/backoff.ts';
import type { OpenBeside } from '../../xds/client/stream.ts';
import type { Call, CallOutcome } from '../../xds/grpc/client-call.ts';
import { status } from '../../xds/grpc/status.ts';

/** The agent's side of the channel to the control plane, on the connection of its ADS stream. */
export type Channel = {
  /** Opens the channel on a new connection. The channel on an earlier connection ended with that connection. */
  readonly connected: (open: OpenBeside) => void;
  /** Begins to report the state that `state` returns: now, at changes, and each minute. */
  readonly start: (state: () => AgentState) => void;
  /** Reports the state at once if it has changed. */
  readonly report: () => void;
  /** Reports that were not sent, because an earlier one still waits for the control plane to read. A later one has the newest state. */
  readonly skipped: () => number;
  /** The revision of the control plane's model at the last report that it accepted; undefined if unknown. */
  readonly modelRevision: () => number | undefined;
  /** Whether a message would leave at once: the channel is open, it has reported a state, and no message waits. */
  readonly isReady: () => boolean;
  /** Sends another message; none if the channel is not open. */
  readonly send: (message: Uint8Array) => void;
  readonly close: () => void;
};

/** Options of a channel. `checkMs` (default: a second), `heartbeatMs` and `stableMs` (default: a minute) and `backoff` are for tests. */
export type ChannelOptions = {
  /** The node.id of the agent's proxy. */
  readonly nodeId: string;
  readonly log: Log;
  /** Called when the control plane says which certificates are up to date. Default: nothing is done. */
  readonly onRenewal?: (renewal: Renewal) => void;
  /** Called with each question of the control plane that this version knows. Default: questions are ignored. */
  readonly onQuestion?: (question: Question) => void;
  /** Called when the stream to the control plane has ended. The control plane's questions end with it. */
  readonly onEnded?: () => void;
  readonly checkMs?: number;
  readonly heartbeatMs?: number;
  /** How long a channel is open when its end is no longer a sign of a control plane that cannot keep it. */
  readonly stableMs?: number;
  readonly backoff?: Backoff;
};

/**
 * `none`: there is no connection, or its control plane does not know the channel. `open`: `sent` is the last message, `at` its time.
 * `waiting`: the channel ended although the connection did not; a timer opens it again.
 */
type State =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'open';
      readonly call: Call;
      readonly from: number;
      sent: Uint8Array | undefined;
      at: number;
    }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout };

const CHECK_MS = 1000;
const HEARTBEAT_MS = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/** Creates a channel without a connection. Nothing that happens on it affects the ADS stream or Envoy. */
export function createChannel({
  nodeId,
  log,
  onRenewal = () => undefined,
  onQuestion = () => undefined,
  onEnded = () => undefined,
  checkMs = CHECK_MS,
  heartbeatMs = HEARTBEAT_MS,
  stableMs = LONGEST_WAIT_MS,
  backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS),
}: ChannelOptions): Channel {
  let state: State = { kind: 'none' };
  let read: (() => AgentState) | undefined;
  let skipped = 0;
  let modelRevision: number | undefined;
  const timer = setInterval(report, checkMs).unref();

  function open(openBeside: OpenBeside): void {
    const call = openBeside(CONNECT_PATH, {
      onHeaders: () => undefined,
      onMessage: hear,
      onEnd: (outcome) => ended(outcome, openBeside),
    });
    state = { kind: 'open', call, from: performance.now(), sent: undefined, at: 0 };
    report();
  }

  function hear(bytes: Uint8Array): void {
    try {
      const question = decodeQuestion(bytes);
      if (question !== undefined) return onQuestion(question);
      const renewal = decodeRenewal(bytes);
      if (renewal !== undefined) onRenewal(renewal);
      modelRevision = decodeModelRevision(bytes) ?? modelRevision;
    } catch (error) {
      log.warn({ err: error }, 'a message of the control plane is unreadable');
    }
  }

  function ended({ code, details }: CallOutcome, openBeside: OpenBeside): void {
    if (state.kind === 'open' && performance.now() - state.from >= stableMs) backoff.reset();
    state = { kind: 'none' };
    onEnded();
    if (code === status.UNIMPLEMENTED) {
      log.info('the control plane has an older version, which accepts no reports of agents');
      return;
    }
    log.debug({ code, details }, 'the channel to the control plane ended');
    // If the connection is lost too, the next one replaces this timer.
    const retry = setTimeout(() => open(openBeside), backoff.next()).unref();
    state = { kind: 'waiting', timer: retry };
  }

  function report(): void {
    if (state.kind !== 'open' || read === undefined) return;
    const isFirst = state.sent === undefined;
    const current = read();
    const message = encodeAgentMessage(current);
    const isDue = performance.now() - state.at >= heartbeatMs;
    if (!isFirst && !isDue && Buffer.compare(message, state.sent ?? message) === 0) return;
    // At most one report waits. The next check reads the state of then.
    if (state.call.isCongested()) {
      skipped += 1;
      return;
    }
    state.call.write(isFirst ? encodeAgentMessage(current, nodeId) : message);
    state.sent = message;
    // Spreads the heartbeats of agents that connected at the same moment.
    state.at = performance.now() - Math.random() * heartbeatMs * 0.2;
  }

  function leave(): void {
    if (state.kind === 'open') {
      state.call.close();
      onEnded();
    }
    if (state.kind === 'waiting') clearTimeout(state.timer);
    state = { kind: 'none' };
  }

  return {
    connected(openBeside) {
      leave();
      backoff.reset();
      open(openBeside);
    },
    start(reader) {
      read = reader;
      report();
    },
    report,
    skipped: () => skipped,
    modelRevision: () => modelRevision,
    isReady: () => state.kind === 'open' && state.sent !== undefined && !state.call.isCongested(),
    send(message) {
      if (state.kind === 'open') state.call.write(message);
    },
    close() {
      clearInterval(timer);
      leave();
    },
  };
}
