import { ATTEST_PATH } from '../../../common/contracts/attestation/messages.ts';
import { CONNECT_PATH } from '../../../common/contracts/agent-channel/state.ts';
import type { Connection } from '../../../xds/grpc/connection.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { status, type CallEnd } from '../../../xds/grpc/status.ts';
import type { TokenBucket } from '../../../common/limits/token-bucket.ts';
import { asksAnything, authenticateStream, type StreamAuthorities } from './authenticate-stream.ts';
import type { Credential } from './credential.ts';
import type { Identity } from '../identity.ts';
import {
  admitted,
  credentialOf,
  leave,
  opened,
  verified,
  verifyAgain,
  type LiveStream,
} from './live-stream.ts';
import { describeSubject, type Subject } from './node-pattern.ts';
import { spread } from '../pacing/spread.ts';
import type { ProxyCount } from './proxy-quotas.ts';
import { reasonOf, type RefusalReason } from './refusal-reason.ts';

/** Inputs of admission. */
export type AdmissionOptions = {
  readonly authorities: StreamAuthorities;
  /** Limits new streams that are authenticated, or all new streams if authentication is off. */
  readonly newcomers: TokenBucket;
  readonly proxies: ProxyCount;
  /** The account of a proxy's mesh in the model; undefined if the mesh does not exist. */
  readonly ownerOf: (identity: Identity) => string | undefined;
  /** Called when a new stream is refused, or a stream ends because its credential is no longer valid. */
  readonly onRefusal: (reason: RefusalReason, peer: string, refusal: CallError) => void;
};

/** Decides which streams may be open, on every service. */
export type Admission = {
  /**
   * For the gRPC server: authenticates the caller before anything else in a call. `onKnown` is called after that, but not for
   * a health check, which carries no credentials.
   */
  readonly guard: (call: ServerCall, enter: () => void, onKnown?: () => void) => void;
  /**
   * A stream asks to be that proxy. Returns whether its credential identifies it, so that it may have private keys. Throws a
   * CallError.
   */
  admit(call: ServerCall, identity: Identity): { readonly isIdentified: boolean };
  /** Whether proxies have to authenticate. */
  readonly asks: boolean;
  /** Verifies all streams again, and ends those whose credential is no longer valid, evenly within `spreadMs` (default: 2,000; 0: now). */
  recheck(spreadMs?: number): void;
  /** Ends the streams of a connection that has become too old. */
  readonly drainConnection: (connection: Connection) => void;
  /** Admits no more streams, and ends all, evenly within `limitMs`. Resolves when the last one has been told. */
  drain(limitMs: number, signal: AbortSignal): Promise<void>;
};

/** Health checks of load balancers, which carry no credentials. They show only that this control plane serves. */
const HEALTH_SERVICE = /^\/grpc\.health\.v1\.Health\//;

/** Services that show every proxy to a caller. */
const STATUS_SERVICES = /^\/envoy\.service\.status\./;

/** Jitter, in milliseconds: streams that share an expiring token do not all reconnect at once. */
const EXPIRY_JITTER_MS = 2000;
const REVOCATION_SPREAD_MS = 2000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const STOPPING = 'this control plane is stopping: ask another';

/** The state of an admission: a plain record that only the functions below change. */
type Gate = {
  readonly options: AdmissionOptions;
  readonly streams: Map<ServerCall, LiveStream>;
  /** Connections of admitted proxies: whether the call of the proxy's agent was opened. */
  readonly agentCalls: WeakMap<Connection, 'to come' | 'opened'>;
  state: 'open' | 'stopping';
};

/** Creates an admission without streams. */
export function createAdmission(options: AdmissionOptions): Admission {
  const gate: Gate = { options, streams: new Map(), agentCalls: new WeakMap(), state: 'open' };
  const { streams } = gate;
  const again = (stream: LiveStream): void => verifyAgain(stream, (identity) => subjectOf(gate, identity));
  return {
    guard: (call, enter, onKnown) => guard(gate, call, enter, onKnown),
    admit: (call, identity) => admit(gate, call, identity),
    asks: asksAnything(options.authorities),
    recheck(spreadMs = REVOCATION_SPREAD_MS) {
      const ended = [...streams.values()].filter((stream) => {
        try {
          again(stream);
          endAtExpiry(gate, stream);
          return false;
        } catch {
          return true;
        }
      });
      void spread(ended, spreadMs, (stream) => {
        if (streams.has(stream.call)) check(gate, stream);
      });
    },
    drainConnection(connection) {
      for (const stream of streams.values()) {
        if (stream.call.connection === connection)
          dismiss(gate, stream, 'this connection is old: connect again');
      }
    },
    drain(limitMs, signal) {
      gate.state = 'stopping';
      return spread([...streams.values()], limitMs, (stream) => dismiss(gate, stream, STOPPING), signal);
    },
  };
}

function guard(gate: Gate, call: ServerCall, enter: () => void, onKnown?: () => void): void {
  const stream = opened(call);
  call.whenOver((callEnd) => {
    noteRefusal(gate, stream, callEnd);
    remove(gate, stream);
  });
  const known = (credential: Credential): void => {
    if (stream.state.kind === 'over') return;
    credential.verify();
    if (!comesWithProxy(gate, call)) requireRoom(gate.options);
    if (STATUS_SERVICES.test(call.path)) credential.admit(undefined);
    stream.state = verified(credential);
    gate.streams.set(call, stream);
    endAtExpiry(gate, stream);
    onKnown?.();
    enter();
  };
  try {
    if (HEALTH_SERVICE.test(call.path)) return enter();
    // An agent without a credential gets one by this service, which has limits of its own.
    if (call.path === ATTEST_PATH && gate.state === 'open') return enter();
    if (gate.state === 'stopping') throw new CallError(status.UNAVAILABLE, STOPPING);
    const shown = authenticateStream(gate.options.authorities, call);
    if (!(shown instanceof Promise)) return known(shown);
    shown.then(known).catch((error: unknown) => refuse(gate, stream, error));
  } catch (error) {
    refuse(gate, stream, error);
  }
}

function admit(gate: Gate, call: ServerCall, identity: Identity): { readonly isIdentified: boolean } {
  const stream = gate.streams.get(call);
  const credential = stream && credentialOf(stream);
  if (stream === undefined || credential === undefined)
    throw new CallError(status.INTERNAL, 'this stream was not admitted');
  credential.verify();
  credential.admit(subjectOf(gate, identity));
  const counted = describeSubject({ identity, owner: undefined });
  const leaveCount = gate.options.proxies.enter(counted, call.connection.peer);
  stream.state = admitted(credential, identity, leaveCount);
  const { connection } = call;
  if (!gate.agentCalls.has(connection)) gate.agentCalls.set(connection, 'to come');
  return { isIdentified: credential.identifies };
}

/** Reports the refusals of the service itself, most of which are errors that `admit` threw. */
function noteRefusal({ options }: Gate, { call, state }: LiveStream, callEnd: CallEnd | undefined): void {
  const reason = reasonOf(callEnd?.code, 'quota');
  if (callEnd === undefined || reason === undefined) return;
  if (state.kind === 'admitted' || state.kind === 'over') return;
  options.onRefusal(reason, call.connection.peer, new CallError(callEnd.code, callEnd.details));
}

/** The first call of an agent on the connection of its admitted proxy is no newcomer: a proxy and its agent count once. */
function comesWithProxy({ agentCalls }: Gate, { path, connection }: ServerCall): boolean {
  if (path !== CONNECT_PATH || agentCalls.get(connection) !== 'to come') return false;
  agentCalls.set(connection, 'opened');
  return true;
}

/** Called after the caller is authenticated: strangers must not use up the budget of proxies. */
function requireRoom({ newcomers }: AdmissionOptions): void {
  const wait = newcomers();
  if (wait === 0) return;
  const soon = `the next will be admitted in ${Math.ceil(wait * 1000)} ms`;
  throw new CallError(
    status.RESOURCE_EXHAUSTED,
    `too many new streams at once for --ads-rate-limit: ${soon}`,
  );
}

function endAtExpiry(gate: Gate, stream: LiveStream): void {
  clearTimeout(stream.expiry);
  const expires = credentialOf(stream)?.expires();
  if (expires === undefined) return;
  const left = Math.max(0, expires - Date.now()) + Math.random() * EXPIRY_JITTER_MS;
  stream.expiry = setTimeout(
    () => {
      if (check(gate, stream)) endAtExpiry(gate, stream);
    },
    Math.min(left, LONGEST_TIMER_MS),
  ).unref();
}

/** Verifies a stream again. Returns false if it ended the stream. */
function check(gate: Gate, stream: LiveStream): boolean {
  try {
    verifyAgain(stream, (identity) => subjectOf(gate, identity));
    return true;
  } catch (error) {
    refuse(gate, stream, error);
    return false;
  }
}

function subjectOf({ options }: Gate, identity: Identity): Subject {
  return { identity, owner: options.ownerOf(identity) ?? identity.owner };
}

/** Ends a stream with an error. */
function refuse(gate: Gate, stream: LiveStream, error: unknown): void {
  if (stream.state.kind === 'over') return;
  remove(gate, stream);
  const refusal = CallError.from(error);
  const reason = reasonOf(refusal.code, 'rate');
  if (reason !== undefined) gate.options.onRefusal(reason, stream.call.connection.peer, refusal);
  stream.call.fail(refusal);
}

/** Ends a stream whose client did nothing wrong. */
function dismiss(gate: Gate, stream: LiveStream, words: string): void {
  if (!gate.streams.has(stream.call)) return;
  remove(gate, stream);
  stream.call.end(status.OK, words);
}

function remove({ streams }: Gate, stream: LiveStream): void {
  leave(stream);
  streams.delete(stream.call);
}
