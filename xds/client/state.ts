import type { Race } from './race.ts';
import type { ClientStream } from './stream.ts';

/**
 * The connection state of a client. `idle`: no subscription yet. `racing`: servers are being tried. `connected`: one has accepted the
 * stream. `waiting`: all failed, or the stream was lost; a timer starts the next race. `closed`: permanently.
 */
export type ClientState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'racing'; readonly race: Race }
  | { readonly kind: 'connected'; readonly stream: ClientStream }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'closed' };

/** The state before the first subscription. */
export const IDLE: ClientState = { kind: 'idle' };

/** Returns the state while a race is in progress. */
export function racing(race: Race): ClientState {
  return { kind: 'racing', race };
}

/** Returns the state after a server accepted `stream`. */
export function connected(stream: ClientStream): ClientState {
  return { kind: 'connected', stream };
}

/** Returns the state until the next race, which `connect` starts after `ms` milliseconds. */
export function waiting(ms: number, connect: () => void): ClientState {
  return { kind: 'waiting', timer: setTimeout(connect, ms) };
}

/** Closes the stream, race or timer of a state, and returns the final state. */
export function closed(state: ClientState): ClientState {
  if (state.kind === 'connected') state.stream.close();
  if (state.kind === 'racing') state.race.cancel();
  if (state.kind === 'waiting') clearTimeout(state.timer);
  return { kind: 'closed' };
}

/** Returns the streams that requests are sent to now. */
export function streamsOf(state: ClientState): Iterable<ClientStream> {
  if (state.kind === 'connected') return [state.stream];
  return state.kind === 'racing' ? state.race.streams() : [];
}
