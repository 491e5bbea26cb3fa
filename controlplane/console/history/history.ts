import { parameter } from '../../ads/preview-query.ts';
import { badRequest } from '../../http/errors.ts';
import { meshAccess, type Principal } from '../../auth/principal.ts';
import { authorize } from '../../auth/authorize.ts';
import { visibleMesh } from '../../auth/visible-mesh.ts';
import type { Model } from '../../mesh/model.ts';
import { PARENTS } from '../../mesh/names.ts';
import { KINDS, type MeshId, type ResourceId } from '../../mesh/resource.ts';
import type { ChangePlace, HistoryQuery, SpecChangeRecord } from '../../store/spec-history.ts';
import type { Store } from '../../store/store.ts';
import type { History, SpecChange, Version } from '../contract.ts';
import { resourceName } from '../resource-name.ts';

/** The action that reads the history. */
export const HISTORY_ACTION = 'daybreak:GetHistory';

const DEFAULT_LIMIT = 50;
const MOST = 200;

type Query = Readonly<Record<string, unknown>>;

/**
 * Returns the mesh that a caller names, which may have been deleted.
 * @throws ApiError AccessDeniedException for a mesh of an account that does not share it, whether or not it exists
 */
export function meshOf(caller: Principal, model: Model, mesh: string, owner: string | undefined): MeshId {
  const found = owner ?? visibleMesh(caller, model.meshesNamed(mesh))?.owner ?? caller.account;
  const id = { mesh, owner: found };
  if (meshAccess(caller, id) === 'none') authorize(caller, { action: HISTORY_ACTION, resource: '*' }, id);
  return id;
}

/** Reads the query of `GET /console/history`. @throws ApiError BadRequestException, AccessDeniedException */
export function historyQuery(caller: Principal, model: Model, query: Query): HistoryQuery {
  const mesh = meshOf(caller, model, parameter(query, 'mesh'), optional(query, 'owner'));
  const before = optional(query, 'before');
  return {
    mesh,
    id: resourceIn(mesh, query),
    before: before === undefined ? undefined : parsePlace(before),
    limit: limitOf(optional(query, 'limit')),
  };
}

/** Reads a page of the history, with the state after each change. `region`: that of ARNs. */
export async function readHistory(
  store: Pick<Store, 'history'>,
  model: Model,
  query: HistoryQuery,
  region: string,
): Promise<History> {
  const records = await store.history({ ...query, limit: query.limit + 1 });
  const page = records.slice(0, query.limit);
  const next = records.length > page.length ? page.at(-1) : undefined;
  // Later changes of the same resources, which the page does not have: they hold the states after those of the page.
  const ids = new Map(page.map(({ id }) => [JSON.stringify(id), id]));
  const later =
    query.before === undefined
      ? []
      : await Promise.all(
          Array.from(ids.values(), (id) => store.history({ mesh: query.mesh, id, limit: MOST })),
        );
  const known = new Map([...later.flat(), ...page].map((record) => [placeText(record), record]));
  const oldestFirst = [...known.values()].toSorted((a, b) => a.revision - b.revision || a.step - b.step);
  const changes = page.map((record) => {
    const following = oldestFirst.find((other) => isAfter(other, record) && isSame(other.id, record.id));
    const after = following === undefined ? model.get(record.id) : following.before;
    return specChange(record, record.change === 'delete' ? undefined : after, region);
  });
  return { changes, ...(next === undefined ? {} : { next: placeText(next) }) };
}

function specChange(record: SpecChangeRecord, after: SpecChangeRecord['before'], region: string): SpecChange {
  const { id, revision, change, at, before, origin } = record;
  return {
    id: placeText(record),
    revision,
    resource: resourceName(id, region),
    change,
    at: new Date(at).toISOString(),
    source: origin.source,
    ...(origin.by === undefined ? {} : { by: origin.by }),
    ...(origin.undoes === undefined ? {} : { undoes: origin.undoes }),
    ...(before === undefined ? {} : { before: versionOf(before) }),
    ...(after === undefined ? {} : { after: versionOf(after) }),
  };
}

/** Returns a version without anything else. */
export function versionOf({ version, spec }: NonNullable<SpecChangeRecord['before']>): Version {
  return { version, spec };
}

/** Returns the place of a change as text: `REVISION.STEP`. */
export function placeText({ revision, step }: ChangePlace): string {
  return `${revision}.${step}`;
}

/** Parses the place of a change. @throws ApiError BadRequestException */
export function parsePlace(text: string): ChangePlace {
  const [, revision, step] = /^(\d{1,15})\.(\d{1,6})$/.exec(text) ?? [];
  if (revision !== undefined && step !== undefined) return { revision: Number(revision), step: Number(step) };
  throw badRequest(`The change ${JSON.stringify(text)} has to be REVISION.STEP, e.g. 12.1.`);
}

function isAfter(a: ChangePlace, b: ChangePlace): boolean {
  return a.revision > b.revision || (a.revision === b.revision && a.step > b.step);
}

function isSame(a: ResourceId, b: ResourceId): boolean {
  return a.kind === b.kind && a.parent === b.parent && a.name === b.name;
}

function resourceIn(mesh: MeshId, query: Query): ResourceId | undefined {
  const kindText = optional(query, 'kind');
  if (kindText === undefined) return undefined;
  const kind = KINDS.find((each) => each === kindText);
  if (kind === undefined) {
    throw badRequest(`The kind ${JSON.stringify(kindText)} is not one of ${KINDS.join(', ')}.`);
  }
  const parent = PARENTS[kind] === undefined ? '' : parameter(query, 'parent');
  return { kind, ...mesh, parent, name: parameter(query, 'name') };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST) return limit;
  throw badRequest(`The limit ${JSON.stringify(text)} has to be a whole number from 1 to ${MOST}.`);
}

/** Returns a query parameter; undefined if it is absent or empty. @throws ApiError BadRequestException */
export function optional(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw badRequest(`The query parameter ${name} may occur only once.`);
}
