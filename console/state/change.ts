import type { ChangePreview, Undone, PreviewRequest } from '../../controlplane/console/contract.ts';
import { call, CallError } from '../api/call.ts';
import { namesOf, operationOn, resourcePath, type MeshName } from '../api/kinds.ts';
import type { Resource, ResourceId } from '../model/resources.ts';
import { wordsOf } from './words-of.ts';

/**
 * The effect of a change before it is made, or the API's reason to refuse it. `unknown`: this control plane cannot tell, or may not tell this user, and
 * checks the change when it is made.
 */
export type Preview =
  | { readonly state: 'none' }
  | { readonly state: 'checking' }
  | { readonly state: 'unknown'; readonly why?: string }
  | { readonly state: 'ready'; readonly effect: ChangePreview }
  | { readonly state: 'refused'; readonly message: string };

/** How often a preview asks again while the control plane does not answer, in milliseconds. */
const AGAIN_MS = 2000;

/**
 * Asks the control plane for the effect of a change, without making it. While the control plane is away, it asks again: the text or question that
 * the preview is of may still be there when it comes back. `spec`: undefined to delete. `signal`: the user has left. `pause`: for tests.
 */
export async function previewOf(
  at: MeshName,
  id: ResourceId,
  verb: 'Create' | 'Update' | 'Delete',
  spec: unknown,
  signal: AbortSignal,
  pause: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve, AGAIN_MS)),
): Promise<Preview> {
  const operation = operationOn(verb, id.kind);
  const input = { ...namesOf(at, id), ...(spec === undefined ? {} : { spec }) };
  for (;;) {
    try {
      const body = { operation, input } satisfies PreviewRequest;
      const effect = await call<ChangePreview>('/console/preview', { method: 'POST', body, signal });
      return { state: 'ready', effect };
    } catch (error) {
      if (!(error instanceof CallError)) return { state: 'none' };
      if (!isAway(error)) return withoutEffect(error);
    }
    await pause();
    if (signal.aborted) return { state: 'none' };
  }
}

/** A preview that takes too long is not asked for again: it would take the control plane's time. */
function isAway({ code, status }: CallError): boolean {
  return code === 'away' && status !== TOO_LATE;
}

const TOO_LATE = 408;

function withoutEffect(error: CallError): Preview {
  if (error.code === 'UnknownOperationException') return { state: 'unknown' };
  const message = wordsOf(error);
  // A user who may not see configurations may still write.
  const isHidden = error.code === 'AccessDeniedException' && message.includes('daybreak:GetConfigDump');
  return isHidden ? { state: 'unknown', why: message } : { state: 'refused', message };
}

/** A resource as its `ETag` tells it apart from other versions of it, and from others that had its name. */
export type Seen = Pick<Resource, 'uid' | 'version'>;

function tagOf({ uid, version }: Seen): string {
  return `"${uid}-${version}"`;
}

/**
 * The outcome of a change. `updatedAt`: by the clock of the control plane, in ISO 8601; empty where its answer has none. `conflict`: the resource has
 * changed since the caller saw it.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly version: number; readonly updatedAt: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly message: string };

/** Gives a resource another specification, if it is still as the caller saw it. `seen`: undefined: however it is. */
export async function updateResource(
  at: MeshName,
  id: ResourceId,
  spec: unknown,
  seen: Seen | undefined,
): Promise<Outcome> {
  return carriedOut(async () => {
    const headers = seen === undefined ? {} : { 'if-match': tagOf(seen) };
    const answer = await call<Written>(resourcePath(at, id), { method: 'PUT', body: { spec }, headers });
    return doneBy(answer);
  });
}

/** Creates a resource. */
export async function createResource(at: MeshName, id: ResourceId, spec: unknown): Promise<Outcome> {
  const { meshName: _mesh, meshOwner: _owner, ...names } = namesOf(at, id);
  const { [parentName(id) ?? '']: _parent, ...body } = names;
  const path = resourcePath(at, id).replace(/\/[^/?]+(\?|$)/, '$1');
  return carriedOut(async () => {
    return doneBy(await call<Written>(path, { method: 'PUT', body: { ...body, spec } }));
  });
}

/** Gives a resource the specification that it had before a change, if it is still as the caller saw it. `seen`: undefined: however it is. */
export async function undoChange(
  { mesh, owner }: MeshName,
  change: string,
  seen: Seen | undefined,
): Promise<Outcome> {
  return carriedOut(async () => {
    const { version = 0 } = await call<Undone>('/console/undo', {
      method: 'POST',
      body: {
        mesh,
        change,
        ...(owner === '' ? {} : { owner }),
        ...(seen === undefined ? {} : { ifMatch: tagOf(seen) }),
      },
    });
    return { version, updatedAt: '' };
  });
}

/** Deletes a resource, if it is still as the caller saw it. */
export async function deleteResource(at: MeshName, id: ResourceId, seen: Seen): Promise<Outcome> {
  return carriedOut(async () => {
    await call(resourcePath(at, id), { method: 'DELETE', headers: { 'if-match': tagOf(seen) } });
    return { version: 0, updatedAt: '' };
  });
}

function parentName({ kind }: ResourceId): string | undefined {
  if (kind === 'route') return 'virtualRouterName';
  return kind === 'gatewayRoute' ? 'virtualGatewayName' : undefined;
}

/** The part of the API's answer to a write that the pages need. `lastUpdatedAt`: seconds since 1970. */
type Written = { readonly metadata: { readonly version: number; readonly lastUpdatedAt: number } };
type Done = Omit<Extract<Outcome, { kind: 'done' }>, 'kind'>;

function doneBy({ metadata: { version, lastUpdatedAt } }: Written): Done {
  return { version, updatedAt: new Date(lastUpdatedAt * 1000).toISOString() };
}

async function carriedOut(change: () => Promise<Done>): Promise<Outcome> {
  try {
    return { kind: 'done', ...(await change()) };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.status === 412 ? { kind: 'conflict' } : { kind: 'refused', message: wordsOf(error) };
  }
}
