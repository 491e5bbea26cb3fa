import { NameSet } from './name-set.ts';
import { noSubscription, type Subscription } from './subscription.ts';
import type { Resource, TypeResources, TypeUrl } from '../types.ts';

/** A response that the client has neither ACKed nor NACKed. */
export type Outstanding = {
  readonly nonce: string;
  readonly version: string;
  readonly sentAt: number;
  /** The resources that it has, and those that it removes. */
  readonly names: readonly string[];
  /** The step's time limit has passed: the order goes on without this ACK, and newer content may supersede it. */
  late: boolean;
};

/** A response that the client NACKed, with the client's own words. */
export type Nack = { readonly version: string; readonly message: string; readonly at: number };

/** What the client has under a name: a resource that it was sent, or one inherited from an earlier stream, of which only the version is known. */
export type Known = Resource | { readonly version: string; readonly any?: undefined };

/** The resource that the client was sent under a name; undefined where the client inherited it from an earlier stream. */
export function sentResource(known: Known | undefined): Resource | undefined {
  return known?.any === undefined ? undefined : known;
}

/** All that one stream's one type is about; a plain record, changed by the stream alone. */
export type TypeState = {
  readonly typeUrl: TypeUrl;
  readonly subscription: Subscription;
  /** Whether a request of this type was taken in before. */
  asked: boolean;
  /** By name: what was sent last (or what the client said it has), whether or not it was acknowledged. */
  readonly known: Map<string, Known>;
  /** SotW only: names that the client may still hold from an earlier stream, or after their removal. */
  readonly inherited: NameSet;
  /** SotW only: the version of all that the client holds from an earlier stream; empty when it tells nothing. */
  inheritedVersion: string;
  /** Names that the client was told do not exist. */
  readonly missing: NameSet;
  /** Names to be sent even if their version is known. */
  readonly resend: NameSet;
  /** A request waits for a response, even when nothing is new. */
  responseDue: boolean;
  /** The resources that the client has all of, as far as it wants them; undefined while that is not known. */
  complete: TypeResources | undefined;
  lastNonce: string;
  lastVersion: string;
  outstanding: Outstanding | undefined;
  /** Late responses that a newer one has superseded, and whose ACKs may still come; the newest few. */
  readonly superseded: Outstanding[];
  acked: { readonly version: string; readonly at: number } | undefined;
  /** The last NACK, until the client has ACKed other content for all names that it was about. */
  nacked: Nack | undefined;
  /** All names of NACKed responses: a client does not say which of their resources it did not take. */
  readonly nackedNames: NameSet;
};

/** The state before a type's first request. */
export function newTypeState(typeUrl: TypeUrl): TypeState {
  return {
    typeUrl,
    subscription: noSubscription(),
    asked: false,
    known: new Map(),
    inherited: new NameSet(),
    inheritedVersion: '',
    missing: new NameSet(),
    resend: new NameSet(),
    responseDue: false,
    complete: undefined,
    lastNonce: '',
    lastVersion: '',
    outstanding: undefined,
    superseded: [],
    acked: undefined,
    nacked: undefined,
    nackedNames: new NameSet(),
  };
}

/** Forgets all about a name that is no longer subscribed to by itself. */
export function forget(state: TypeState, name: string): void {
  state.known.delete(name);
  state.inherited.delete(name);
  state.missing.delete(name);
  state.resend.delete(name);
  if (state.nackedNames.delete(name) && state.nackedNames.size === 0) state.nacked = undefined;
}
