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

/** Asks the control plane for the effect of a change, without making it. `spec`: undefined to delete. */
export async function previewOf(
  at: MeshName,
  id: ResourceId,
  verb: 'Create' | 'Update' | 'Delete',
  spec: unknown,
  signal?: AbortSignal,
): Promise<Preview> {
  const operation = operationOn(verb, id.kind);
  const input = { ...namesOf(at, id), ...(spec === undefined ? {} : { spec }) };
  try {
    const effect = await call<ChangePreview>('/console/preview', {
      method: 'POST',
      body: { operation, input } satisfies PreviewRequest,
      ...(signal === undefined ? {} : { signal }),
    });
    return { state: 'ready', effect };
  } catch (error) {
    if (!(error instanceof CallError)) return { state: 'none' };
    if (error.code === 'UnknownOperationException') return { state: 'unknown' };
    const message = wordsOf(error);
    // A user who may not see configurations may still write.
    const isHidden = error.code === 'AccessDeniedException' && message.includes('daybreak:GetConfigDump');
    return isHidden ? { state: 'unknown', why: message } : { state: 'refused', message };
  }
}

/** A resource as its `ETag` tells it apart from other versions of it, and from others that had its name. */
export type Seen = Pick<Resource, 'uid' | 'version'>;

function tagOf({ uid, version }: Seen): string {
  return `"${uid}-${version}"`;
}

/** The outcome of a change. `conflict`: the resource has changed since the caller saw it. */
export type Outcome =
  | { readonly kind: 'done'; readonly version: number }
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
    const answer = await call<{ metadata: { version: number } }>(resourcePath(at, id), {
      method: 'PUT',
      body: { spec },
      headers,
    });
    return answer.metadata.version;
  });
}

/** Creates a resource. */
export async function createResource(at: MeshName, id: ResourceId, spec: unknown): Promise<Outcome> {
  const { meshName: _mesh, meshOwner: _owner, ...names } = namesOf(at, id);
  const { [parentName(id) ?? '']: _parent, ...body } = names;
  const path = resourcePath(at, id).replace(/\/[^/?]+(\?|$)/, '$1');
  return carriedOut(async () => {
    const answer = await call<{ metadata: { version: number } }>(path, {
      method: 'PUT',
      body: { ...body, spec },
    });
    return answer.metadata.version;
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
    return version;
  });
}

/** Deletes a resource, if it is still as the caller saw it. */
export async function deleteResource(at: MeshName, id: ResourceId, seen: Seen): Promise<Outcome> {
  return carriedOut(async () => {
    await call(resourcePath(at, id), { method: 'DELETE', headers: { 'if-match': tagOf(seen) } });
    return 0;
  });
}

function parentName({ kind }: ResourceId): string | undefined {
  if (kind === 'route') return 'virtualRouterName';
  return kind === 'gatewayRoute' ? 'virtualGatewayName' : undefined;
}

async function carriedOut(change: () => Promise<number>): Promise<Outcome> {
  try {
    return { kind: 'done', version: await change() };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.status === 412 ? { kind: 'conflict' } : { kind: 'refused', message: wordsOf(error) };
  }
}
