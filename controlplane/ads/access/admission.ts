import type { Connection } from '../../../xds/grpc/connection.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { status, type CallEnd } from '../../../xds/grpc/status.ts';
import type { TokenBucket } from '../../../common/token-bucket.ts';
import { asksAnything, authenticateStream, type StreamAuthorities } from './authenticate-stream.ts';
import type { Credential } from './credential.ts';
import type { Identity } from '../identity.ts';
import { describeSubject } from './node-pattern.ts';
import { pace } from '../spread.ts';
import type { ProxyCount } from './proxy-quotas.ts';
import { reasonOf, type RefusalReason } from './refusal-reason.ts';

/** What admission goes by. */
export type AdmissionOptions = {
  readonly authorities: StreamAuthorities;
  /** New streams of those that have shown who they are, or of anyone where nobody is asked. */
  readonly newcomers: TokenBucket;
  readonly proxies: ProxyCount;
  /** The account of a proxy's mesh in the model, as far as there is one. */
  readonly ownerOf: (identity: Identity) => string | undefined;
  /** A newcomer was refused, or a stream ended because what it had shown no longer holds. */
  readonly onRefusal: (reason: RefusalReason, peer: string, refusal: CallError) => void;
};

/** Decides which streams there are, whatever service they are of. */
export type Admission = {
  /**
   * For the gRPC server: nothing of a call goes on before it is known who makes it. `onKnown` is called then, and not for a
   * health check, which shows nothing.
   */
  readonly guard: (call: ServerCall, enter: () => void, onKnown?: () => void) => void;
  /**
   * A stream asks to be that proxy. Answers whether it has shown who it is, so that it may have private keys. Throws a
   * CallError.
   */
  admit(call: ServerCall, identity: Identity): { readonly isIdentified: boolean };
  /** Whether proxies have to show who they are. */
  readonly asks: boolean;
  /** Asks all streams again, and ends those whose answer no longer holds, evenly within `spreadMs` (default: 2,000; 0: now). */
  recheck(spreadMs?: number): void;
  /** Ends the streams of a connection that has become too old. */
  readonly letGoOf: (connection: Connection) => void;
  /** Admits no more, and ends all streams, evenly within `limitMs`. Resolves once the last was told. */
  letGo(limitMs: number, signal: AbortSignal): Promise<void>;
};

type Live = {
  readonly call: ServerCall;
  credential: Credential | undefined;
  identity: Identity | undefined;
  leaveCount: (() => void) | undefined;
  expiry: NodeJS.Timeout | undefined;
  /** It was ended, or its client has gone, perhaps while it was being found out who it is. */
  isOver: boolean;
};

/** What load balancers ask, which show no credentials. It says that this control plane serves, and no more. */
const HEALTH_SERVICE = /^\/grpc\.health\.v1\.Health\//;

/** Services that show every proxy, to whoever asks. */
const STATUS_SERVICES = /^\/envoy\.service\.status\./;

/** Streams that share a token that expires come back spread over so many milliseconds. */
const EXPIRY_JITTER_MS = 2000;
const REVOCATION_SPREAD_MS = 2000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Starts with no streams. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { authorities, newcomers, proxies, ownerOf, onRefusal } = options;
  const streams = new Map<ServerCall, Live>();
  let isStopping = false;

  function guard(call: ServerCall, enter: () => void, onKnown?: () => void): void {
    const live: Live = {
      call,
      credential: undefined,
      identity: undefined,
      leaveCount: undefined,
      expiry: undefined,
      isOver: false,
    };
    call.whenOver((callEnd) => {
      noteRefusal(live, callEnd);
      leave(live);
    });
    const known = (credential: Credential): void => {
      if (live.isOver) return;
      credential.prove();
      requireRoom();
      if (STATUS_SERVICES.test(call.path)) credential.admit(undefined);
      live.credential = credential;
      streams.set(call, live);
      endAtExpiry(live);
      onKnown?.();
      enter();
    };
    try {
      if (HEALTH_SERVICE.test(call.path)) return enter();
      requireService();
      const shown = authenticateStream(authorities, call);
      if (!(shown instanceof Promise)) return known(shown);
      shown.then(known).catch((error: unknown) => end(live, error));
    } catch (error) {
      end(live, error);
    }
  }

  /** What the service itself refuses, most of all what `admit` below threw into it. */
  function noteRefusal({ call, identity, isOver }: Live, callEnd: CallEnd | undefined): void {
    const reason = reasonOf(callEnd?.code, 'quota');
    if (callEnd === undefined || reason === undefined || identity !== undefined || isOver) return;
    onRefusal(reason, call.connection.peer, new CallError(callEnd.code, callEnd.details));
  }

  function requireService(): void {
    if (isStopping) throw new CallError(status.UNAVAILABLE, 'this control plane is stopping: ask another');
  }

  /** Asked once it is known who comes: strangers must not use up what is there for proxies. */
  function requireRoom(): void {
    const wait = newcomers();
    if (wait === 0) return;
    const soon = `the next will be admitted in ${Math.ceil(wait * 1000)} ms`;
    throw new CallError(
      status.RESOURCE_EXHAUSTED,
      `too many new streams at once for --ads-rate-limit: ${soon}`,
    );
  }

  function endAtExpiry(live: Live): void {
    clearTimeout(live.expiry);
    const expires = live.credential?.expires();
    if (expires === undefined) return;
    const left = Math.max(0, expires - Date.now()) + Math.random() * EXPIRY_JITTER_MS;
    live.expiry = setTimeout(
      () => {
        if (check(live)) endAtExpiry(live);
      },
      Math.min(left, LONGEST_TIMER_MS),
    ).unref();
  }

  /** Asks a stream again; false where it was ended. */
  function check(live: Live): boolean {
    try {
      ask(live);
      return true;
    } catch (error) {
      end(live, error);
      return false;
    }
  }

  function ask({ credential, identity }: Live): void {
    credential?.prove();
    if (identity !== undefined) credential?.admit(subjectOf(identity));
  }

  function subjectOf(identity: Identity) {
    return { identity, owner: ownerOf(identity) ?? identity.owner };
  }

  function end(live: Live, error: unknown): void {
    if (live.isOver) return;
    leave(live);
    const refusal = CallError.from(error);
    const reason = reasonOf(refusal.code, 'rate');
    if (reason !== undefined) onRefusal(reason, live.call.connection.peer, refusal);
    live.call.fail(refusal);
  }

  function leave(live: Live): void {
    live.isOver = true;
    clearTimeout(live.expiry);
    streams.delete(live.call);
    live.leaveCount?.();
    live.leaveCount = undefined;
  }

  return {
    guard,
    admit(call, identity) {
      const live = streams.get(call);
      if (live === undefined) throw new CallError(status.INTERNAL, 'a stream that nobody let in');
      live.credential?.prove();
      live.credential?.admit(subjectOf(identity));
      live.leaveCount = proxies.enter(describeSubject({ identity, owner: undefined }), call.connection.peer);
      live.identity = identity;
      return { isIdentified: live.credential?.identifies === true };
    },
    asks: asksAnything(authorities),
    recheck(spreadMs = REVOCATION_SPREAD_MS) {
      const ended = [...streams.values()].filter((live) => {
        try {
          ask(live);
          endAtExpiry(live);
          return false;
        } catch {
          return true;
        }
      });
      void pace(ended, spreadMs, (live) => {
        if (streams.has(live.call)) check(live);
      });
    },
    letGoOf(connection) {
      for (const live of streams.values()) {
        if (live.call.connection !== connection) continue;
        leave(live);
        live.call.end(status.OK, 'this connection is old: connect again');
      }
    },
    letGo(limitMs, signal) {
      isStopping = true;
      return pace(
        [...streams.values()],
        limitMs,
        (live) => {
          if (!streams.has(live.call)) return;
          leave(live);
          live.call.end(status.OK, 'this control plane is stopping: ask another');
        },
        signal,
      );
    },
  };
}
