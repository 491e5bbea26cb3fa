import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import type { Identity } from '../identity.ts';
import type { Credential } from './credential.ts';
import type { Subject } from './node-pattern.ts';

/**
 * Where a stream stands. `unverified`: its credential is not verified yet. `verified`: it may call, and has not named a proxy.
 * `admitted`: it is the stream of a proxy, and counted as one. `over`: it was ended, or its client is gone.
 */
export type StreamState =
  | { readonly kind: 'unverified' }
  | { readonly kind: 'verified'; readonly credential: Credential }
  | {
      readonly kind: 'admitted';
      readonly credential: Credential;
      readonly identity: Identity;
      /** Removes the stream from the count of proxies. */
      readonly leaveCount: () => void;
    }
  | { readonly kind: 'over' };

/** A stream, by its call. */
export type LiveStream = {
  readonly call: ServerCall;
  state: StreamState;
  /** Verifies the stream again when its credential expires. */
  expiry: NodeJS.Timeout | undefined;
};

/** Returns the state of a stream that was just opened. */
export function opened(call: ServerCall): LiveStream {
  return { call, state: { kind: 'unverified' }, expiry: undefined };
}

/** Returns the state once a credential has been verified. */
export function verified(credential: Credential): StreamState {
  return { kind: 'verified', credential };
}

/** Returns the state once a stream may be the proxy that it named. */
export function admitted(credential: Credential, identity: Identity, leaveCount: () => void): StreamState {
  return { kind: 'admitted', credential, identity, leaveCount };
}

/** Returns the credential of a stream that may call. */
export function credentialOf({ state }: LiveStream): Credential | undefined {
  return state.kind === 'verified' || state.kind === 'admitted' ? state.credential : undefined;
}

/** Verifies a stream again, and that it may be the proxy that it is. Throws a CallError. */
export function verifyAgain(stream: LiveStream, subjectOf: (identity: Identity) => Subject): void {
  const { state } = stream;
  credentialOf(stream)?.verify();
  if (state.kind === 'admitted') state.credential.admit(subjectOf(state.identity));
}

/** Ends the state of a stream, with its timer and its place in the count of proxies. */
export function leave(stream: LiveStream): void {
  clearTimeout(stream.expiry);
  if (stream.state.kind === 'admitted') stream.state.leaveCount();
  stream.state = { kind: 'over' };
}
