import { errorText } from '../../common/error-text.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { forward } from '../admin/forward.ts';
import { refuse, type Call, type Refusal } from '../serving/serve.ts';
import { answerText } from './answer-text.ts';
import { askedBy, checkForm, invalid, isRefusal, type Asked } from './asked.ts';
import { extensionMetrics, familiesText, type Family } from './prometheus-text.ts';

/** A valid call of `/stats/prometheus`. */
export type StatsQuery = {
  /** Only statistics that were used. */
  readonly usedOnly: boolean;
  /** Only the metrics of the metrics extension, renamed. */
  readonly extensionOnly: boolean;
  /** Only what the last minute added. */
  readonly delta: boolean;
};

/** Sources of the statistics. */
export type StatsSource = {
  readonly admin: AdminClient;
  /** The unix socket of Envoy's admin interface. */
  readonly socketPath: string;
  readonly delta: () => readonly Family[] | undefined;
};

const FILTER = 'metrics_extension';
/** As in App Mesh's agent, in milliseconds. */
const ENVOY_LIMIT_MS = 5000;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Reads a call of `/stats/prometheus`, with App Mesh's rules. */
export function readStatsQuery(asked: Asked): StatsQuery | Refusal {
  const checked = checkForm(asked, 'GET', {
    method: (method) => `invalid method [${method}] in request: only GET is allowed`,
    body: (size) => `unexpected content in request. Body size [${size}]`,
    query: (problem) => `unable to parse queries in URL: ${problem}`,
  });
  if (isRefusal(checked)) return checked;
  for (const [name, value] of checked) {
    if (!['usedonly', 'filter', 'delta'].includes(name)) {
      return invalid(`unsupported query parameter: ${name}; usedonly, filter and delta are allowed`);
    }
    if (name === 'filter' && value !== FILTER) {
      return invalid(
        `unsupported query value for parameter filter: ${value}, usage: /stats/prometheus?filter=${FILTER}`,
      );
    }
  }
  const [usedOnly, extensionOnly, delta] = ['usedonly', 'filter', 'delta'].map((name) => checked.has(name));
  if (delta === true && !(usedOnly === true && extensionOnly === true)) {
    return invalid('when delta is enabled, both usedonly and filter query parameters are required');
  }
  return { usedOnly: usedOnly === true, extensionOnly: extensionOnly === true, delta: delta === true };
}

/**
 * Answers `GET /stats/prometheus`: streams Envoy's statistics, or renders the metrics of the metrics extension. Before the first
 * snapshot, `delta` has all values, as with App Mesh.
 */
export async function statsCall(call: Call, { admin, socketPath, delta }: StatsSource): Promise<void> {
  const query = readStatsQuery(askedBy(call));
  if (isRefusal(query)) {
    refuse(call.response, query);
    return;
  }
  const counted = query.delta ? delta() : undefined;
  if (counted !== undefined) {
    answerText(call, familiesText(counted), CONTENT_TYPE);
  } else if (query.extensionOnly) {
    try {
      answerText(call, familiesText(await readExtensionMetrics(admin, query.usedOnly)), CONTENT_TYPE);
    } catch (error) {
      refuse(call.response, failure(errorText(error)));
    }
  } else {
    const path = `/stats?format=prometheus${query.usedOnly ? '&usedonly' : ''}`;
    forward(call, { socketPath, path, headLimitMs: ENVOY_LIMIT_MS, failure });
  }
}

/** Reads the metrics of the metrics extension from Envoy. Rejects if Envoy does not answer within 5 s. */
export async function readExtensionMetrics(
  admin: AdminClient,
  usedOnly: boolean,
): Promise<readonly Family[]> {
  const path = `/stats?format=prometheus&filter=appmesh${usedOnly ? '&usedonly' : ''}`;
  return extensionMetrics(await admin.ask('GET', path, ENVOY_LIMIT_MS));
}

function failure(reason: string): Refusal {
  return { status: 500, line: `Failed to fetch stats from Envoy: ${reason}` };
}
