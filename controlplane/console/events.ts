import { finished } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Progress as FollowedPushes, ProgressListener } from '../ads/progress.ts';
import type { MeshProgress } from '../ads/push.ts';
import type { ApiServices } from '../api/operations/context.ts';
import { parameter } from '../ads/preview-query.ts';
import { refusalOfStream } from '../auth/authorize.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { CallerNow } from '../http/caller-of-page.ts';
import { ApiError } from '../http/errors.ts';
import { KINDS, type Change, type MeshId } from '../mesh/resource.ts';
import type { ConsoleEvents, Progress } from './contract.ts';
import { beginEvents, type EventStream } from './event-stream.ts';
import { meshOf } from './history/history.ts';
import { resourceName } from './resource-name.ts';

const ACTION = 'daybreak:GetStatus';
const CONFIG: RouteConfig = { action: ACTION };
/** The most readers at once: far below the API's connections, so that they never use those up. */
const MOST_READERS = 100;
/** How often the session and policies of a reader are checked, and its connection is kept alive, in milliseconds. */
const BEAT = 5000;

/** `beat`: see BEAT; for tests. */
export type EventServices = {
  readonly api: ApiServices;
  readonly progress: Pick<FollowedPushes, 'listen'>;
  readonly describeStream: (stream: MeshProgress['refusals'][number]['stream']) => StreamName;
  readonly callerNow: CallerNow;
  readonly beat?: number;
};

/** The name of a proxy's stream, as in the status. */
export type StreamName = { readonly resource: string; readonly instance: string; readonly peer: string };

type Reader = { readonly stream: EventStream; sees: (mesh: MeshId) => boolean };

/** Serves `GET /console/events`: changes of the model and how far they are, as server-sent events. Needs the action `daybreak:GetStatus`. */
export function eventRoutes({ api, progress, describeStream, callerNow, beat = BEAT }: EventServices) {
  const { live, region, now } = api;
  const readers = new Set<Reader>();
  const tell = <E extends keyof ConsoleEvents>(event: E, data: ConsoleEvents[E], mesh?: MeshId): void => {
    for (const { stream, sees } of readers) if (mesh === undefined || sees(mesh)) stream.send(event, data);
  };
  const at = (): string => new Date(now()).toISOString();
  const listener: ProgressListener = {
    onProgress: (one) => tell('progress', progressEvent(one, at(), describeStream), one.mesh),
    onProxies: () => tell('proxies', { at: at() }),
  };
  let stop: (() => void) | undefined;
  const follow = (): void => {
    const stops = [
      progress.listen(listener),
      live.onChanges((changes) => {
        for (const [mesh, event] of changeEvents(changes, region, at())) tell('change', event, mesh);
      }),
    ];
    stop = () => {
      for (const each of stops) each();
      stop = undefined;
    };
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/console/events', { config: CONFIG, exposeHeadRoute: false }, async (request, reply) => {
      if (readers.size >= MOST_READERS) throw tooManyReaders();
      const asked = askedMesh(callerOf(request), request, api);
      reply.hijack();
      const stream = beginEvents(reply.raw, request.id);
      const reader: Reader = { stream, sees: filterOf(callerOf(request), asked) };
      readers.add(reader);
      if (stop === undefined) follow();
      stream.send('hello', { revision: live.model.revision, at: at() });
      const timer = setInterval(() => {
        const caller = callerNow(request);
        const refusal = refusalOfStream(caller, { action: ACTION, resource: '*' }, asked);
        if (caller !== undefined && refusal === undefined) {
          reader.sees = filterOf(caller, asked);
          return stream.beat();
        }
        stream.send('ended', { reason: refusal });
        stream.end();
      }, beat).unref();
      // Unlike its event `close`, this is also called if the reader has left already.
      finished(reply.raw, () => {
        clearInterval(timer);
        readers.delete(reader);
        if (readers.size === 0) stop?.();
      });
    });
    app.addHook('preClose', async () => {
      for (const { stream } of readers) stream.end();
    });
  };
}

function askedMesh(
  caller: Principal,
  { query }: FastifyRequest,
  { live: { model } }: ApiServices,
): MeshId | undefined {
  const { mesh, owner } = query as { readonly mesh?: unknown; readonly owner?: unknown };
  if (mesh === undefined) return undefined;
  return meshOf(
    caller,
    model,
    parameter(query, 'mesh'),
    owner === undefined ? undefined : parameter(query, 'owner'),
  );
}

/** `asked`: the mesh that the reader named; undefined: all that it may see. */
function filterOf(caller: Principal, asked: MeshId | undefined): (mesh: MeshId) => boolean {
  return (one) =>
    meshAccess(caller, one) !== 'none' &&
    (asked === undefined || (asked.mesh === one.mesh && asked.owner === one.owner));
}

/** Returns an event for each mesh that a commit changed. Kinds that the API does not show are left out. */
function changeEvents(
  changes: readonly Change[],
  region: string,
  at: string,
): readonly (readonly [MeshId, ConsoleEvents['change']])[] {
  const shown = changes.filter(({ id }) => KINDS.some((kind) => kind === id.kind));
  const groups = Map.groupBy(shown, ({ id, revision }) => JSON.stringify([id.owner, id.mesh, revision]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const event = {
      revision: first.revision,
      at,
      changes: group.map(({ id, resource }) => ({
        resource: resourceName(id, region),
        change: resource === undefined ? ('delete' as const) : ('put' as const),
        ...(resource === undefined ? {} : { version: resource.version }),
      })),
    };
    return [[{ owner: first.id.owner, mesh: first.id.mesh }, event] as const];
  });
}

function progressEvent(
  { revision, since, touched, acknowledged, refused, gone, done, refusals }: MeshProgress,
  at: string,
  describeStream: EventServices['describeStream'],
): Progress {
  return {
    revision,
    touched,
    acknowledged,
    refused,
    gone,
    done,
    since: new Date(since).toISOString(),
    at,
    refusals: refusals.map(({ stream, type, error }) => ({ ...describeStream(stream), type, error })),
  };
}

function tooManyReaders(): ApiError {
  return new ApiError(
    'ServiceUnavailableException',
    `${MOST_READERS} consoles read events already. Try again later.`,
    { headers: { 'retry-after': '5' } },
  );
}
