import { NameSet } from './name-set.ts';
import { noSubscription, type Subscription } from './subscription.ts';
import type { Resource, TypeResources, TypeUrl } from '../types.ts';

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

/** What the client has under a name: what it was sent, or what it brought from an earlier stream, of which there is the version alone. */
export type Known = Resource | { readonly version: string; readonly any?: undefined };

/** What the client was sent under a name; undefined where it brought it. */
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
  /** State of the world: names under which the client may have something of an earlier stream, or of what is gone since. */
  readonly brought: NameSet;
  /** State of the world: the version of all that the client has from an earlier stream; empty when that is of no use. */
  broughtVersion: string;
  /** Names that the client was told do not exist. */
  readonly absent: NameSet;
  /** Names to be sent even if their version is known. */
  readonly forced: NameSet;
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
  readonly refusedNames: NameSet;
};

/** The state before a type's first request. */
export function newTypeState(typeUrl: TypeUrl): TypeState {
  return {
    typeUrl,
    subscription: noSubscription(),
    asked: false,
    known: new Map(),
    brought: new NameSet(),
    broughtVersion: '',
    absent: new NameSet(),
    forced: new NameSet(),
    answerDue: false,
    complete: undefined,
    lastNonce: '',
    lastVersion: '',
    outstanding: undefined,
    superseded: [],
    acknowledged: undefined,
    refused: undefined,
    refusedNames: new NameSet(),
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
