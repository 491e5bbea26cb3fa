import { NameSet } from './name-set.ts';
import { noSubscription, type Subscription } from './subscription.ts';
import type { Resource, TypeResources, TypeUrl } from '../types.ts';

/** A response that the client has neither ACKed nor NACKed. */
export type Outstanding = {
  readonly nonce: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** When the step began, in milliseconds of `performance.now`. */
  readonly since: number;
  /** Names of the resources that the response contains or removes. */
  readonly names: readonly string[];
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
  /** Whether the step's time limit has passed: the next step then does not wait for this ACK, and newer content may supersede it. */
  late: boolean;
};

/** A response that the client NACKed, with the client's message. */
export type Nack = { readonly version: string; readonly message: string; readonly at: number };

/** The client's resource under a name: one that it was sent, or one inherited from an earlier stream, of which only the version is known. */
export type Known = Resource | { readonly version: string; readonly any?: undefined };

/** Returns the resource that the client was sent; undefined if the client inherited it from an earlier stream. */
export function sentResource(known: Known | undefined): Resource | undefined {
  return known?.any === undefined ? undefined : known;
}

/** All state of one type of one stream: a plain record that only the stream changes. */
export type TypeState = {
  readonly typeUrl: TypeUrl;
  readonly subscription: Subscription;
  /** Whether a request of this type was handled before. */
  asked: boolean;
  /** By name: the resource that was sent last, or that the client reported, ACKed or not. */
  readonly known: Map<string, Known>;
  /** SotW only: names that the client may still hold from an earlier stream, or after their removal. */
  readonly inherited: NameSet;
  /** SotW only: the version of the whole list that the client holds from an earlier stream; empty if unknown. */
  inheritedVersion: string;
  /** Names that were reported to the client as missing. */
  readonly missing: NameSet;
  /** Names to send even if the client has their version. */
  readonly resend: NameSet;
  /** Whether a request waits for a response, even if nothing is new. */
  responseDue: boolean;
  /** The list of resources of which the client has all that it subscribes to; undefined if there is none. */
  complete: TypeResources | undefined;
  lastNonce: string;
  lastVersion: string;
  outstanding: Outstanding | undefined;
  /** The newest few late responses that were superseded, and whose ACKs may still arrive. */
  readonly superseded: Outstanding[];
  acked: { readonly version: string; readonly at: number } | undefined;
  /** The last NACK, until the client has ACKed other content for all names of NACKed responses. */
  nacked: Nack | undefined;
  /** All names of NACKed responses: a client does not report which of their resources it rejected. */
  readonly nackedNames: NameSet;
};

/** Creates the state before a type's first request. */
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

/** Drops all state of a name that is no longer subscribed to explicitly. */
export function forget(state: TypeState, name: string): void {
  state.known.delete(name);
  state.inherited.delete(name);
  state.missing.delete(name);
  state.resend.delete(name);
  if (state.nackedNames.delete(name) && state.nackedNames.size === 0) state.nacked = undefined;
}
