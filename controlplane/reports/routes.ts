import type { FastifyInstance } from 'fastify';
import { KEPT_SECONDS, SLOT_SECONDS, type LiveFigures } from '../../common/contracts/reports.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { CallerNow } from '../http/caller-of-page.ts';
import { ApiError } from '../http/errors.ts';
import type { Model } from '../mesh/model.ts';
import { ACTION, askedMesh, askedNumber, refusalOf } from './asked-mesh.ts';
import { createEventStream, type EventStream } from './events.ts';
import type { LongRange } from './prometheus.ts';
import type { Reports } from './reports.ts';

const CONFIG: RouteConfig = { action: ACTION };

/** A stream ends after this time, and readers connect again, so that a balancer can spread them anew. In milliseconds. */
const STREAM_AGE_MS = 10 * 60_000;

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

/** The longest range from Prometheus, in seconds: 31 days. */
const LONGEST_RANGE = 31 * 86_400;

/** `GET /reports` and `GET /reports/stream`: live figures of a mesh. They need the action `daybreak:GetReports`. */
export function reportsRoutes(options: ReportsRoutesOptions) {
  const { reports, model, mostStreams, callerNow, longRange } = options;
  const open = new Set<EventStream>();

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/reports', { config: CONFIG }, async (request): Promise<LiveFigures> => {
      const { query } = request;
      const mesh = askedMesh(callerOf(request), model, query);
      const most = longRange === undefined ? KEPT_SECONDS : LONGEST_RANGE;
      const seconds = secondsOf(query, most);
      if (longRange !== undefined && seconds > KEPT_SECONDS) return longRange(mesh, seconds);
      return reports.read(mesh, Math.ceil(seconds / SLOT_SECONDS)) ?? tooMany('meshes are watched');
    });

    app.get('/reports/stream', { config: CONFIG }, async (request, reply) => {
      const mesh = askedMesh(callerOf(request), model, request.query);
      const slots = Math.ceil(secondsOf(request.query, KEPT_SECONDS) / SLOT_SECONDS);
      if (open.size >= mostStreams) tooMany('streams of figures are open');
      const first = reports.read(mesh, slots);
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
      events.send(since(first, request.headers['last-event-id']));
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

/** Returns the slots after the one that a reader has seen last. */
function since(figures: LiveFigures, seen: string | string[] | undefined): LiveFigures {
  if (typeof seen !== 'string' || !/^\d{1,15}$/.test(seen)) return figures;
  // The clocks of two control planes differ, so half a slot is the margin.
  const margin = (SLOT_SECONDS * 1000) / 2;
  const from = figures.times.findIndex((time) => time > Number(seen) + margin);
  const kept = from === -1 ? figures.times.length : from;
  return {
    ...figures,
    times: figures.times.slice(kept),
    lines: figures.lines.map((line) => ({
      ...line,
      requests: line.requests.slice(kept),
      errors: line.errors.slice(kept),
      active: line.active.slice(kept),
    })),
  };
}

const RETRY_SECONDS = '10';

function tooMany(what: string): never {
  throw new ApiError('ServiceUnavailableException', `Too many ${what}. Try again later.`, {
    headers: { 'retry-after': RETRY_SECONDS },
  });
}
