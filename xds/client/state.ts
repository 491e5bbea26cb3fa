import type { Race } from './race.ts';
import type { ClientStream } from './stream.ts';

/**
 * Where a client stands. `idle`: nothing was subscribed to yet. `racing`: servers are being tried. `connected`: one has taken the
 * stream. `waiting`: all failed, or the stream was lost; a timer starts the next race. `closed`: for good.
 */
export type ClientState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'racing'; readonly race: Race }
  | { readonly kind: 'connected'; readonly stream: ClientStream }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'closed' };

/** The state before the first subscription. */
export const IDLE: ClientState = { kind: 'idle' };

/** Servers are being tried. */
export function racing(race: Race): ClientState {
  return { kind: 'racing', race };
}

/** A server has taken this stream. */
export function connected(stream: ClientStream): ClientState {
  return { kind: 'connected', stream };
}

/** The next race starts in so many milliseconds. */
export function waiting(ms: number, connect: () => void): ClientState {
  return { kind: 'waiting', timer: setTimeout(connect, ms) };
}

/** Ends all that a state has open. */
export function closed(state: ClientState): ClientState {
  if (state.kind === 'connected') state.stream.close();
  if (state.kind === 'racing') state.race.cancel();
  if (state.kind === 'waiting') clearTimeout(state.timer);
  return { kind: 'closed' };
}

/** The streams that requests go to now. */
export function streamsOf(state: ClientState): Iterable<ClientStream> {
  if (state.kind === 'connected') return [state.stream];
  return state.kind === 'racing' ? state.race.streams() : [];
}
