import type { FastifyInstance } from 'fastify';
import { KEPT_SECONDS, SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { CallerNow } from '../http/caller-of-page.ts';
import { ApiError } from '../http/errors.ts';
import type { Model } from '../mesh/model.ts';
import { ACTION, askedMesh, askedNumber, refusalOf } from './asked-mesh.ts';
import { bytesWaiting, createEventStream, type EventStream } from './events.ts';
import type { LongRange } from './prometheus.ts';
import type { Reports } from './reports.ts';
import { createSharedQuestions } from './shared-questions.ts';

const CONFIG: RouteConfig = { action: ACTION };

/** A stream ends after this time, in milliseconds. Readers reconnect, so that a balancer can spread them again. */
const STREAM_AGE_MS = 10 * 60_000;

/** First events that may wait for all readers together, in bytes: each has as many slots as its reader has missed. */
const MOST_WAITING = 64 * 1024 * 1024;

/** Inputs of the routes. `mostStreams`: a part of the API's connections, so that readers leave room for other calls. */
export type ReportsRoutesOptions = {
  readonly reports: Reports;
  readonly model: Model;
  readonly mostStreams: number;
  /** Returns the caller of a reader, as it is now. */
  readonly callerNow: CallerNow;
  /** Figures of more than 15 minutes. Undefined: without `--prometheus`. */
  readonly longRange: LongRange | undefined;
};

/** Different longer ranges that are read from Prometheus at once: each may take some 100 MB for a moment. */
const MOST_RANGES = 4;

/** The longest range from Prometheus, in seconds: 31 days. */
const LONGEST_RANGE = 31 * 86_400;

/** Serves `GET /reports` and `GET /reports/stream`: live figures of a mesh. They need the action `daybreak:GetReports`. */
export function reportsRoutes(options: ReportsRoutesOptions) {
  const { reports, model, mostStreams, callerNow, longRange } = options;
  const open = new Set<EventStream>();
  const ranges = createSharedQuestions<LiveFigures>(MOST_RANGES);

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/reports', { config: CONFIG }, async (request, reply): Promise<Buffer | LiveFigures> => {
      const { query } = request;
      const mesh = askedMesh(callerOf(request), model, query);
      const most = longRange === undefined ? KEPT_SECONDS : LONGEST_RANGE;
      const seconds = secondsOf(query, most);
      if (longRange !== undefined && seconds > KEPT_SECONDS)
        return (
          ranges.answer(JSON.stringify([mesh, seconds]), () => longRange(mesh, seconds)) ??
          tooMany('longer ranges are read')
        );
      const figures = reports.read(mesh, { slots: slotsOf(seconds) }) ?? tooMany('meshes are watched');
      reply.header('content-type', 'application/json; charset=utf-8');
      return figures.json;
    });

    app.get('/reports/stream', { config: CONFIG }, async (request, reply) => {
      const mesh = askedMesh(callerOf(request), model, request.query);
      const slots = slotsOf(secondsOf(request.query, KEPT_SECONDS));
      if (open.size >= mostStreams) tooMany('streams of figures are open');
      if (bytesWaiting(open) > MOST_WAITING) tooMany('figures wait for other readers');
      const first = reports.read(mesh, { slots, after: seenBy(request.headers['last-event-id']) });
      const stop = reports.follow(mesh, (figures) => {
        const refusal = refusalOf(callerNow(request), mesh);
        if (refusal === undefined) events.send(figures);
        else events.end({ message: refusal });
      });
      if (first === undefined || stop === undefined) tooMany('meshes are watched');
      const events = createEventStream(() => {
        stop();
        clearTimeout(timer);
        open.delete(events);
      });
      open.add(events);
      const timer = setTimeout(
        () => events.end({ message: 'The stream has reached its age; connect again.' }),
        STREAM_AGE_MS,
      ).unref();
      events.send(first);
      return reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(events.body);
    });

    app.addHook('preClose', async () => {
      for (const events of open) events.end({ message: 'This control plane is stopping.' });
    });
  };
}

function secondsOf(query: unknown, most: number): number {
  return askedNumber(query, 'seconds', { least: SLOT_SECONDS, most, fallback: KEPT_SECONDS });
}

function slotsOf(seconds: number): number {
  return Math.ceil(seconds / SLOT_SECONDS);
}

/** Returns the time of the slot that a reader has seen last; undefined if it says none. */
function seenBy(id: string | string[] | undefined): number | undefined {
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

const RETRY_SECONDS = '10';

function tooMany(what: string): never {
  throw new ApiError('ServiceUnavailableException', `Too many ${what}. Try again later.`, {
    headers: { 'retry-after': RETRY_SECONDS },
  });
}
