import { asObject } from '../../common/as-object.ts';
import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import { unavailable } from '../http/errors.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { lineOf, type LineId } from './lines.ts';
import { MOST_LINES } from './figures/mesh-figures.ts';
import { errorText } from '../../common/error-text.ts';

/** Reads figures of longer ranges. Rejects with an ApiError if Prometheus does not answer. */
export type LongRange = (mesh: MeshId, seconds: number) => Promise<LiveFigures>;

/** Inputs. `url`: the base URL of Prometheus' HTTP API. A user and password in it become basic authentication. */
export type PrometheusOptions = { readonly url: string; readonly model: Model; readonly limitMs?: number };

/** The time of one query, in milliseconds. */
const LIMIT_MS = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** The most slots of an answer, and the shortest one in seconds: scrapes are 15 s or more apart. */
const MOST_SLOTS = 240;
const SHORTEST_SECONDS = 30;
/** The labels that the agent's bootstrap gives with ENABLE_ENVOY_STATS_TAGS=1. */
const CALLER = { virtualNode: 'appmesh_virtual_node', virtualGateway: 'appmesh_virtual_gateway' } as const;
const BY = `envoy_cluster_name, ${CALLER.virtualNode}, ${CALLER.virtualGateway}`;

type Series = {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly values: ReadonlyMap<number, number>;
};
type Grid = { readonly times: readonly number[]; readonly step: number };

/** Creates the reader. It asks nothing before the first question. */
export function createLongRange({ url, model, limitMs = LIMIT_MS }: PrometheusOptions): LongRange {
  const { base, headers } = withoutCredentials(url);

  async function query(expression: string, { times, step }: Grid): Promise<readonly Series[]> {
    const body = new URLSearchParams({
      query: expression,
      start: String((times[0] ?? 0) / 1000 + step),
      end: String((times.at(-1) ?? 0) / 1000 + step),
      step: String(step),
      timeout: `${Math.floor(limitMs / 1000)}s`,
    });
    const signal = AbortSignal.timeout(limitMs);
    const answer = await fetch(`${base}/api/v1/query_range`, { method: 'POST', body, headers, signal });
    const json = asObject(jsonIn(await textOf(answer), answer.status));
    const { status, error } = json;
    if (status !== 'success') throw new Error(typeof error === 'string' ? error : `status ${answer.status}`);
    return seriesIn(asObject(json['data'])['result']);
  }

  return async (mesh, seconds) => {
    const grid = gridOf(seconds, Date.now());
    const range = `[${grid.step}s]`;
    const of = `envoy_cluster_name=~"cds_(egress|ingress)_${quoted(mesh.mesh)}_.+"`;
    const sum = (inner: string): Promise<readonly Series[]> => query(`sum by (${BY}) (${inner})`, grid);
    try {
      const [requests, errors, active] = await Promise.all([
        sum(`increase(envoy_cluster_upstream_rq_total{${of}}${range})`),
        sum(`increase(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",${of}}${range})`),
        sum(`avg_over_time(envoy_cluster_upstream_rq_active{${of}}${range})`),
      ]);
      return figuresOf(mesh, model, grid, requests, { errors: byLine(errors), active: byLine(active) });
    } catch (error) {
      const why = errorText(error);
      throw unavailable(`Prometheus at ${base} gives no figures: ${why.slice(0, 300)}`, error);
    }
  };
}

/** Slots end at multiples of the step, so that questions that follow each other see the same slots. */
function gridOf(seconds: number, now: number): Grid {
  const step = Math.max(SHORTEST_SECONDS, Math.ceil(seconds / MOST_SLOTS / 5) * 5);
  const count = Math.max(1, Math.floor(seconds / step));
  const last = Math.floor(now / 1000 / step) * step - step;
  return {
    step,
    times: Array.from({ length: count }, (_, index) => (last - (count - 1 - index) * step) * 1000),
  };
}

function figuresOf(
  { owner, mesh }: MeshId,
  model: Model,
  grid: Grid,
  requests: readonly Series[],
  more: Readonly<Record<'errors' | 'active', ReadonlyMap<string, Series>>>,
): LiveFigures {
  const known = requests.flatMap((series) => {
    const line = lineIn(series, { owner, mesh }, model);
    return line === undefined ? [] : [{ line, series }];
  });
  const lines = known.slice(0, MOST_LINES).map(({ line, series }): FiguresLine => {
    const key = keyOf(series.labels);
    const read = (from: Series | undefined, missing: number | null): readonly (number | null)[] =>
      grid.times.map((time) => from?.values.get(time / 1000 + grid.step) ?? missing);
    return {
      ...line,
      requests: read(series, null),
      errors: read(more.errors.get(key), 0),
      active: read(more.active.get(key), 0),
    };
  });
  return {
    mesh,
    meshOwner: owner,
    source: 'prometheus',
    slotSeconds: grid.step,
    times: grid.times,
    lines,
    linesLeftOut: requests.length - lines.length,
    reporting: 0,
    missing: [],
  };
}

function lineIn({ labels }: Series, mesh: MeshId, model: Model): LineId | undefined {
  const cluster = labels['envoy_cluster_name'];
  for (const kind of ['virtualNode', 'virtualGateway'] as const) {
    const name = labels[CALLER[kind]];
    if (typeof name === 'string' && name !== '' && typeof cluster === 'string')
      return lineOf(mesh, { kind, name }, cluster, model);
  }
  return undefined;
}

function byLine(series: readonly Series[]): ReadonlyMap<string, Series> {
  return new Map(series.map((each) => [keyOf(each.labels), each]));
}

function keyOf(labels: Series['labels']): string {
  return [labels['envoy_cluster_name'], labels[CALLER.virtualNode], labels[CALLER.virtualGateway]].join('/');
}

function seriesIn(result: unknown): readonly Series[] {
  if (!Array.isArray(result)) return [];
  return result.map((each) => {
    const { metric, values } = asObject(each);
    const points = (Array.isArray(values) ? (values as readonly unknown[]) : []).flatMap((point) => {
      const [time, text] = Array.isArray(point) ? (point as readonly unknown[]) : [];
      const value = Number(text);
      // A counter that was reset may give a fraction below 0.
      return typeof time === 'number' && Number.isFinite(value) ? [[time, Math.max(0, value)] as const] : [];
    });
    return { labels: asObject(metric), values: new Map(points) };
  });
}

/** The URL may lead to another server, or to a proxy in front that answers with a page. */
function jsonIn(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`it answers with status ${status} and a body that is no JSON`, { cause });
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error(`its answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

/** fetch refuses a URL with credentials, and errors must not show them. */
function withoutCredentials(text: string): {
  readonly base: string;
  readonly headers: Record<string, string>;
} {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const base = url.href.replace(/\/$/, '');
  if (username === '') return { base, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { base, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** Quotes a name for a regular expression within a string of PromQL. */
function quoted(name: string): string {
  return name.replaceAll(/[^\w-]/g, String.raw`\\$&`);
}
