import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PreviewOfChange } from '../ads/preview-change.ts';
import { proxyPath } from '../ads/identity.ts';
import type { ApiServices } from '../api/operations/context.ts';
import type { Decided, WriteQueue } from '../api/write/write-queue.ts';
import { createSemaphore } from '../../common/limits/semaphore.ts';
import { compareText } from '../../common/compare-text.ts';
import type { RouteConfig } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { parseJsonBody } from '../http/json-body.ts';
import { Dependents } from '../mesh/dependents.ts';
import { parseArn } from '../mesh/arn.ts';
import type { Model } from '../mesh/model.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import type { Change, Resource, ResourceId } from '../mesh/resource.ts';
import { DAYBREAK_OPERATIONS, OPERATIONS, type ResourceOperation } from '../model/operations.ts';
import type { ChangePreview, TouchedProxy } from './contract.ts';
import { differencesOf, problemDifferences } from './difference.ts';
import { versionOf } from './history/history.ts';
import { carryOut } from './operation-call.ts';
import { resourceName } from './resource-name.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetConfigDump' };
/** The most bytes of differences in a response, as JSON. */
const MOST_BYTES = 4 * 1024 * 1024;
/** The most configurations that are compared. */
const MOST_COMPARED = 500;

/**
 * Serves `POST /console/preview`: tries a call of the API, and returns which proxies it touches and the difference of their resources. Needs the
 * permission for the call, and the action `daybreak:GetConfigDump`, because it shows configurations.
 */
export function previewRoutes(services: ApiServices, previewChange: PreviewOfChange) {
  // The translations for a whole mesh take seconds of this process, so previews run one at a time.
  const inTurn = createSemaphore(1);
  return async (app: FastifyInstance): Promise<void> => {
    app.post('/console/preview', { config: CONFIG }, async (request) =>
      inTurn(() => preview(services, previewChange, request)),
    );
  };
}

async function preview(
  services: ApiServices,
  previewChange: PreviewOfChange,
  request: FastifyRequest,
): Promise<ChangePreview> {
  const { live, region } = services;
  const { operation, input } = readRequest(request.body);
  let tried: Decided | undefined;
  const writes: WriteQueue = (writer) => {
    tried = writer.decide(live.model, false);
    tried.conclude();
  };
  const terms = { ifMatch: request.headers['if-match'] };
  await carryOut({ ...services, writes }, request, { operation, input }, terms);
  const { model } = live;
  const puts = tried?.puts ?? [];
  const deletes = tried?.deletes ?? [];
  const id: ResourceId | undefined = puts[0] ?? deletes[0];
  const named = id ?? parseArn(request.call.resource ?? '', region);
  if (named === undefined) throw badRequest('The call names no resource.');
  const before = id && model.get(id);
  const after = puts[0];
  const base = {
    revision: model.revision,
    resource: resourceName(named, region),
    ...(before === undefined ? {} : { before: versionOf(before) }),
    ...(after === undefined ? {} : { after: versionOf(after) }),
  };
  if (id === undefined) return { ...base, change: 'none', proxies: [], omitted: 0 };
  const changes: readonly Change[] = [
    ...deletes.map((gone) => ({ revision: model.revision + 1, id: gone, resource: undefined })),
    ...puts.map((put) => ({ revision: model.revision + 1, id: put, resource: put })),
  ];
  const next = model.with({ puts, deletes });
  // A page that asks about a later text, or applies the change, closes the connection of its earlier question.
  const isLeft = (): boolean => request.raw.socket.destroyed;
  const touched = await touchedProxies(model, next, changes, previewChange, isLeft);
  return { ...base, change: kindOf(before, after), ...touched };
}

async function touchedProxies(
  model: Model,
  next: Model,
  changes: readonly Change[],
  previewChange: PreviewOfChange,
  isLeft: () => boolean,
): Promise<Pick<ChangePreview, 'proxies' | 'omitted'>> {
  const proxies: TouchedProxy[] = [];
  let bytes = 0;
  let compared = 0;
  let omitted = 0;
  for (const proxy of affected(model, changes)) {
    if (isLeft()) break;
    const resource = proxyPath(proxy);
    if (compared >= MOST_COMPARED) {
      omitted += 1;
      proxies.push({ resource, connected: 0, problems: { added: [], removed: [] } });
      continue;
    }
    for (const { connected, before, after } of previewChange(model, next, proxy)) {
      compared += 1;
      // A proxy keeps its configuration after the deletion of its resource. A proxy whose resource does not exist yet has none.
      if (before === undefined && connected === 0) continue;
      const differences = after === undefined ? [] : differencesOf(before, after);
      const problems = problemDifferences(before, after);
      const hasProblems = problems.added.length + problems.removed.length > 0;
      if (differences.length === 0 && !hasProblems && (after !== undefined || connected === 0)) continue;
      const size = JSON.stringify(differences).length;
      const isTooMuch = bytes + size > MOST_BYTES;
      if (isTooMuch) omitted += 1;
      else bytes += size;
      proxies.push({ resource, connected, problems, ...(isTooMuch ? {} : { differences }) });
    }
    // Other work runs in between.
    await setImmediate();
  }
  return { proxies, omitted };
}

/** Returns the proxies that may see changes, sorted by name. */
function affected(model: Model, changes: readonly Change[]): readonly ProxyId[] {
  const [first] = changes;
  const dependents = new Dependents();
  const there: Change[] = [];
  for (const resource of model.resources()) {
    if (resource.owner === first?.id.owner && resource.mesh === first.id.mesh) {
      there.push({ revision: model.revision, id: resource, resource });
    }
  }
  dependents.apply(there);
  return dependents.apply(changes).toSorted((a, b) => compareText(proxyPath(a), proxyPath(b)));
}

function kindOf(before: Resource | undefined, after: Resource | undefined): ChangePreview['change'] {
  if (after === undefined) return 'delete';
  return before === undefined ? 'create' : 'update';
}

function readRequest(body: unknown): { operation: ResourceOperation; input: Record<string, unknown> } {
  const json = parseJsonBody((body ?? new Uint8Array()) as Uint8Array);
  const { operation: name, input } = json;
  const operation = [...OPERATIONS, ...DAYBREAK_OPERATIONS].find((each) => each.name === name);
  if (
    operation === undefined ||
    !('kind' in operation) ||
    !/^(?:Create|Update|Delete)/.test(operation.verb)
  ) {
    throw badRequest(
      `The member operation has to be an operation that creates, updates or deletes a resource, e.g. UpdateRoute, and it is ${JSON.stringify(name)?.slice(0, 100)}.`,
    );
  }
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return { operation, input: input as Record<string, unknown> };
  }
  throw badRequest('The member input has to be an object with the parameters of the operation.');
}
