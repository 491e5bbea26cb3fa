import type { MeshId, Resource, ResourceId } from '../mesh/resource.ts';

/** The most changes of one resource that a store keeps. */
export const MOST_CHANGES = 20;

/** How long a store keeps a change, in milliseconds: 30 days. */
export const CHANGE_LIFETIME = 30 * 24 * 60 * 60 * 1000;

/** The sender of a change. */
export type ChangeOrigin = {
  /** The ARN of the user; undefined if authentication was off. */
  readonly by: string | undefined;
  readonly source: 'api' | 'console';
  /** The change that this one undid, as `REVISION.STEP`. */
  readonly undoes?: string | undefined;
};

/** A change of a specification, with the state before it: what an undo needs. A store keeps it with the commit that contains it. */
export type SpecChangeInput = {
  readonly id: ResourceId;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly change: 'create' | 'update' | 'delete';
  readonly origin: ChangeOrigin;
  /** Undefined for a creation. */
  readonly before: Pick<Resource, 'version' | 'spec' | 'tags'> | undefined;
};

/** A kept change. `step` counts the changes of one revision from 1. */
export type SpecChangeRecord = SpecChangeInput & { readonly revision: number; readonly step: number };

/** Where a change stands among all others. */
export type ChangePlace = Pick<SpecChangeRecord, 'revision' | 'step'>;

/** The changes to read: those of a mesh, or of one resource, before a place, at most `limit`. */
export type HistoryQuery = {
  readonly mesh: MeshId;
  readonly id?: ResourceId | undefined;
  readonly before?: ChangePlace | undefined;
  readonly limit: number;
};

/** Returns the content of a row, beside its key and its time. */
export function bodyOf({ change, origin, before }: SpecChangeInput): string {
  return JSON.stringify({ change, origin, before });
}

/** Decodes the content of a row. */
export function parseBody(body: string): Pick<SpecChangeInput, 'change' | 'origin' | 'before'> {
  const { change, origin, before } = JSON.parse(body) as SpecChangeInput;
  return { change, origin, before };
}

/** Returns the time before which changes are forgotten; undefined without changes. */
export function forgottenBefore(history: readonly Pick<SpecChangeInput, 'at'>[]): number | undefined {
  return history.length === 0 ? undefined : Math.min(...history.map(({ at }) => at)) - CHANGE_LIFETIME;
}
