import { noSubscription, type Subscription } from './subscription.ts';
import type { Resource, TypeResources, TypeUrl } from './types.ts';

/** A response that the client has neither acknowledged nor refused. */
export type Outstanding = {
  readonly nonce: string;
  readonly version: string;
  readonly sentAt: number;
  /** The step's time limit has passed: the order goes on without this answer. */
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
  /** By name: what was sent last (or what the client said it has), whether or not it was acknowledged. */
  readonly known: Map<string, Known>;
  /** Names that the client was told do not exist. */
  readonly absent: Set<string>;
  /** Names to be sent even if their version is known. */
  readonly forced: Set<string>;
  /** State of the world: a request waits for an answer, also when there is nothing new. */
  answerDue: boolean;
  /** The resources that the client has all of, as far as it wants them; undefined while that is not known. */
  complete: TypeResources | undefined;
  lastNonce: string;
  outstanding: Outstanding | undefined;
  acknowledged: { readonly version: string; readonly at: number } | undefined;
  /** Set when the answer to the last response was a refusal. */
  refused: Refusal | undefined;
};

/** The state before a type's first request. */
export function newTypeState(typeUrl: TypeUrl): TypeState {
  return {
    typeUrl,
    subscription: noSubscription(),
    known: new Map(),
    absent: new Set(),
    forced: new Set(),
    answerDue: false,
    complete: undefined,
    lastNonce: '',
    outstanding: undefined,
    acknowledged: undefined,
    refused: undefined,
  };
}
