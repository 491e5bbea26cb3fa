import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { authorize } from '../auth/authorize.ts';
import { evaluate } from '../auth/policy.ts';
import type { Principal } from '../auth/principal.ts';
import { arnOf } from '../mesh/arn.ts';
import type { Model } from '../mesh/model.ts';
import { meshResourceId, PARENTS, title } from '../mesh/names.ts';
import { isAppMeshKind, KINDS, type Kind, type MeshId, type Resource } from '../mesh/resource.ts';
import type { MeshResources, ResourceState } from './contract.ts';

/** Resources that are handled together. */
const BATCH = 250;
/** How long this process handles resources before it lets other work run, in milliseconds. */
const TURN_MS = 8;

/**
 * Returns the resources of a mesh that a caller may describe, by kind, parent and name. All are of the same revision. None: the mesh does
 * not exist.
 * @throws ApiError AccessDeniedException if the caller may describe none
 */
export async function readableResources(
  caller: Principal,
  model: Model,
  mesh: MeshId,
  region: string,
): Promise<readonly Resource[]> {
  const all = allResources(model, mesh);
  const readable: Resource[] = [];
  const pause = inTurns();
  for (const batch of batches(all)) {
    readable.push(...batch.filter((resource) => mayDescribe(caller, resource, region)));
    await pause();
  }
  // If the mesh exists, the caller may not describe the mesh either, so this throws.
  if (readable.length === 0) {
    const resource = arnOf(meshResourceId(mesh), region);
    authorize(caller, { action: 'appmesh:DescribeMesh', resource }, mesh);
  }
  return readable;
}

/** Returns the entity tag of resources: it changes when a resource is created, changed or deleted, and with the policies of the caller. */
export function tagOf(resources: readonly Resource[]): string {
  const hash = createHash('sha256');
  for (const { uid, version } of resources) hash.update(`${uid}-${version}\n`);
  // Weak, because a compressed response has other bytes.
  return `W/"${hash.digest('base64url')}"`;
}

/** Writes a `MeshResources` as JSON, in parts, so that other work runs in between. */
export async function* textOf(
  { mesh, owner, revision }: Omit<MeshResources, 'resources'>,
  resources: readonly Resource[],
  region: string,
): AsyncGenerator<string> {
  const head = JSON.stringify({ mesh, owner, revision });
  let start = `${head.slice(0, -1)},"resources":[`;
  const pause = inTurns();
  for (const batch of batches(resources)) {
    yield start + batch.map((resource) => JSON.stringify(stateOf(resource, region))).join(',');
    start = ',';
    await pause();
  }
  yield resources.length === 0 ? `${start}]}` : ']}';
}

function allResources(model: Model, mesh: MeshId): readonly Resource[] {
  const self = model.get(meshResourceId(mesh));
  const others = KINDS.filter((kind) => kind !== 'mesh').flatMap((kind) => ofKind(model, mesh, kind));
  return self === undefined ? others : [self, ...others];
}

function ofKind(model: Model, mesh: MeshId, kind: Kind): readonly Resource[] {
  const within = PARENTS[kind];
  if (within === undefined) return model.list(kind, mesh);
  return model.list(within, mesh).flatMap(({ name }) => model.list(kind, mesh, name));
}

function mayDescribe(caller: Principal, resource: Resource, region: string): boolean {
  if (caller.kind === 'anyone') return true;
  const action = `${isAppMeshKind(resource.kind) ? 'appmesh' : 'daybreak'}:Describe${title(resource.kind)}`;
  return evaluate(caller.statements, action, arnOf(resource, region)) === 'allowed';
}

function stateOf(resource: Resource, region: string): ResourceState {
  const { kind, parent, name, uid, version, lastUpdatedAt, spec } = resource;
  return {
    kind,
    parent,
    name,
    arn: arnOf(resource, region),
    uid,
    version,
    updatedAt: new Date(lastUpdatedAt).toISOString(),
    spec,
  };
}

/** Returns a function that lets other work run if this one has run for a turn. */
function inTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

function* batches(resources: readonly Resource[]): Generator<readonly Resource[]> {
  for (let from = 0; from < resources.length; from += BATCH) yield resources.slice(from, from + BATCH);
}
