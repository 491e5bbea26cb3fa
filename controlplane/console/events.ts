import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Progress as FollowedPushes, MeshProgress, ProgressListener } from '../ads/progress.ts';
import type { ApiServices } from '../api/operations/context.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import { KINDS, type Change, type MeshId } from '../mesh/resource.ts';
import type { ConsoleEvents, Progress } from './contract.ts';
import { beginEvents, type EventStream } from './event-stream.ts';
import { meshOf } from './history/history.ts';
import { resourceName } from './resource-name.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetStatus' };
/** The most readers at once: far below the API's connections, so that they never use those up. */
const MOST_READERS = 100;
/** How often a reader's session is looked at, and its connection kept, in milliseconds. */
const BEAT = 15_000;

/** `stands`: whether the caller of a request is still who it was. */
export type EventServices = {
  readonly api: ApiServices;
  readonly progress: Pick<FollowedPushes, 'listen'>;
  readonly describeStream: (stream: MeshProgress['refusals'][number]['stream']) => StreamName;
  readonly stands: (request: FastifyRequest) => boolean;
};

/** The name of a proxy's stream, as in the status. */
export type StreamName = { readonly resource: string; readonly instance: string; readonly peer: string };

type Reader = { readonly stream: EventStream; readonly sees: (mesh: MeshId) => boolean };

/** `GET /console/events`: changes of the model and how far they are, as server-sent events. Needs the action `daybreak:GetStatus`. */
export function eventRoutes({ api, progress, describeStream, stands }: EventServices) {
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
      const sees = filterOf(callerOf(request), request, api);
      reply.hijack();
      const stream = beginEvents(reply.raw, request.id);
      const reader = { stream, sees };
      readers.add(reader);
      if (stop === undefined) follow();
      stream.send('hello', { revision: live.model.revision, at: at() });
      const beat = setInterval(() => {
        if (stands(request)) return stream.beat();
        stream.send('ended', { reason: 'The session ended. Sign in again.' });
        stream.end();
      }, BEAT).unref();
      reply.raw.once('close', () => {
        clearInterval(beat);
        readers.delete(reader);
        if (readers.size === 0) stop?.();
      });
    });
    app.addHook('preClose', async () => {
      for (const { stream } of readers) stream.end();
    });
  };
}

function filterOf(
  caller: Principal,
  { query }: FastifyRequest,
  { live: { model } }: ApiServices,
): (mesh: MeshId) => boolean {
  const { mesh, owner } = query as { readonly mesh?: string; readonly owner?: string };
  const asked = typeof mesh === 'string' ? meshOf(caller, model, mesh, owner) : undefined;
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
