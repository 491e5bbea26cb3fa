import { noSubscription, type Subscription } from './subscription.ts';
import type { Resource, TypeResources, TypeUrl } from './types.ts';

/** A response that the client has neither acknowledged nor refused. */
export type Outstanding = {
  readonly nonce: string;
  readonly version: string;
  readonly sentAt: number;
  /** What it brings and takes away. */
  readonly names: readonly string[];
  /** The step's time limit has passed: the order goes on without this answer, and newer content may supersede it. */
  late: boolean;
};

/** A response that the client refused, in its own words. */
export type Refusal = { readonly version: string; readonly message: string; readonly at: number };

/** What the client has under a name. The resource itself is unknown when the client brought it from an earlier stream. */
export type Known = { readonly version: string; readonly resource: Resource | undefined };

/** All that one stream's one type is about; a plain record, changed by the stream alone. */
export type TypeState = {
  readonly typeUrl: TypeUrl;
  readonly subscription: Subscription;
  /** Whether a request of this type was taken in before. */
  asked: boolean;
  /** By name: what was sent last (or what the client said it has), whether or not it was acknowledged. */
  readonly known: Map<string, Known>;
  /** State of the world: names under which the client may have something of an earlier stream, or of what is gone since. */
  readonly brought: Set<string>;
  /** State of the world: the version of all that the client has from an earlier stream; empty when that is of no use. */
  broughtVersion: string;
  /** Names that the client was told do not exist. */
  readonly absent: Set<string>;
  /** Names to be sent even if their version is known. */
  readonly forced: Set<string>;
  /** A request waits for an answer, also when there is nothing new. */
  answerDue: boolean;
  /** The resources that the client has all of, as far as it wants them; undefined while that is not known. */
  complete: TypeResources | undefined;
  lastNonce: string;
  lastVersion: string;
  outstanding: Outstanding | undefined;
  /** Late responses that a newer one has superseded, and whose answers may still come; the newest few. */
  readonly superseded: Outstanding[];
  acknowledged: { readonly version: string; readonly at: number } | undefined;
  /** The last refusal, until all that it was about has been replaced by what the client acknowledged. */
  refused: Refusal | undefined;
  /** What refused responses were about: which of their resources the client did not take, it does not say. */
  readonly refusedNames: Set<string>;
};

/** The state before a type's first request. */
export function newTypeState(typeUrl: TypeUrl): TypeState {
  return {
    typeUrl,
    subscription: noSubscription(),
    asked: false,
    known: new Map(),
    brought: new Set(),
    broughtVersion: '',
    absent: new Set(),
    forced: new Set(),
    answerDue: false,
    complete: undefined,
    lastNonce: '',
    lastVersion: '',
    outstanding: undefined,
    superseded: [],
    acknowledged: undefined,
    refused: undefined,
    refusedNames: new Set(),
  };
}

/** Forgets all about a name that is no longer subscribed to by itself. */
export function forget(state: TypeState, name: string): void {
  state.known.delete(name);
  state.brought.delete(name);
  state.absent.delete(name);
  state.forced.delete(name);
  if (state.refusedNames.delete(name) && state.refusedNames.size === 0) state.refused = undefined;
}
