import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import type { ApiServices } from '../../api/operations/context.ts';
import { callerOf } from '../../http/call.ts';
import { badRequest, notFound } from '../../http/errors.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import { nameMember, PARENTS, title } from '../../mesh/names.ts';
import type { ResourceId } from '../../mesh/resource.ts';
import { resourceOperationNamed } from '../../model/operations.ts';
import type { SpecChangeRecord } from '../../store/spec-history.ts';
import type { Store } from '../../store/store.ts';
import type { Undo, Undone } from '../contract.ts';
import { meshOf, parsePlace, placeText } from './history.ts';
import { carryOut, type OperationCall } from '../operation-call.ts';
import { resourceName } from '../resource-name.ts';

/** Gives a resource the specification that it had before a change, by a call of the API for the caller of the request. */
export async function undo(
  services: ApiServices,
  store: Pick<Store, 'history'>,
  request: FastifyRequest,
): Promise<Undone> {
  const { live, region } = services;
  const body = readUndo(request.body);
  await live.refresh();
  const mesh = meshOf(callerOf(request), live.model, body.mesh, body.owner);
  const { revision, step } = parsePlace(body.change);
  const [record] = await store.history({ mesh, before: { revision, step: step + 1 }, limit: 1 });
  if (record === undefined || record.revision !== revision || record.step !== step) {
    throw notFound(
      `The history of mesh ${body.mesh} has no change ${body.change}: it keeps the last 20 of each resource, for 30 days.`,
    );
  }
  const resource = resourceName(record.id, region);
  const call = callTo(services, record);
  if (call === undefined) return { operation: 'none', resource, revision: live.model.revision };
  const terms = { ifMatch: body.ifMatch, undoes: placeText(record) };
  Object.assign(request.call, { operation: call.operation.name, input: call.input });
  const { metadata } = await carryOut(services, request, call, terms);
  const { version } = (metadata ?? {}) as { readonly version?: number };
  return {
    operation: call.operation.name,
    resource,
    ...(live.model.get(record.id) === undefined || version === undefined ? {} : { version }),
    revision: live.model.revision,
  };
}

/** Returns the call that restores the state before a change; undefined if the resource is in that state. */
function callTo(
  { live: { model } }: ApiServices,
  { id, before }: SpecChangeRecord,
): OperationCall | undefined {
  const existing = model.get(id);
  if (before === undefined) return existing === undefined ? undefined : callOf('Delete', id, {});
  if (existing === undefined) return callOf('Create', id, { spec: before.spec, tags: before.tags });
  return isDeepStrictEqual(existing.spec, before.spec)
    ? undefined
    : callOf('Update', id, { spec: before.spec });
}

function callOf(
  verb: 'Create' | 'Update' | 'Delete',
  { kind, owner, mesh, parent, name }: ResourceId,
  content: Readonly<Record<string, unknown>>,
): OperationCall {
  const operation = resourceOperationNamed(`${verb}${title(kind)}`);
  const members = operation.input.members ?? {};
  const within = PARENTS[kind];
  const all: Readonly<Record<string, unknown>> = {
    meshName: mesh,
    meshOwner: owner,
    ...(within === undefined ? {} : { [nameMember(within)]: parent }),
    [nameMember(kind)]: name,
    ...content,
  };
  return {
    operation,
    input: Object.fromEntries(Object.entries(all).filter(([member]) => members[member] !== undefined)),
  };
}

function readUndo(body: unknown): Undo {
  const json = parseJsonBody((body ?? new Uint8Array()) as Uint8Array);
  const text = (name: keyof Undo): string | undefined => {
    const value = json[name];
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw badRequest(`The member ${name} has to be a text.`);
  };
  const [mesh, owner, change, ifMatch] = [text('mesh'), text('owner'), text('change'), text('ifMatch')];
  if (mesh === undefined || change === undefined) throw badRequest('The members mesh and change are needed.');
  return {
    mesh,
    change,
    ...(owner === undefined ? {} : { owner }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}
