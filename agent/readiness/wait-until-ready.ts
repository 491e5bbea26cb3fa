import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { once } from 'node:events';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import type { ListenAddress } from '../serving/serve.ts';
import { readReadiness, type ReadinessSettings } from '../settings/readiness-settings.ts';

/** Time limit of one request, in milliseconds. */
const REQUEST_LIMIT_MS = 2000;

/**
 * Waits until a running agent with the same variables says that its Envoy is HEALTHY, as `-envoyReadiness` of App Mesh's agent did.
 * Resolves with the exit code: 0, or 1 after an invalid setting, or if Envoy is not ready in time; the log has the reason.
 */
export async function waitUntilReady(
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<number> {
  try {
    const problem = await poll(compileSettings(env, readReadiness));
    if (problem === undefined) return 0;
    log.fatal(problem);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const line of error.message.split('\n')) log.fatal(line);
  }
  return 1;
}

/** Resolves with undefined as soon as Envoy is ready, or with the reason when the time is over. */
async function poll({
  intervalSeconds,
  timeoutSeconds,
  places,
}: ReadinessSettings): Promise<string | undefined> {
  const isOneRequest = intervalSeconds === 0 || timeoutSeconds === 0;
  const end = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const problem = await problemAt(places);
    if (problem === undefined || isOneRequest) return problem;
    const left = end - performance.now();
    if (left <= 0) return `Timed out after ${timeoutSeconds}: ${problem}`;
    await delay(Math.min(left, intervalSeconds * 1000));
  }
}

/** Asks the first place that answers. Resolves with undefined if Envoy is ready there. */
async function problemAt(places: readonly ListenAddress[]): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const place of places) {
    try {
      const health = await readHealth(place);
      return health === 'HEALTHY' ? undefined : `Envoy is ${JSON.stringify(health)}`;
    } catch (error) {
      reasons.push(errorText(error));
    }
  }
  return `the agent does not tell its status: ${reasons.join('; ')}`;
}

async function readHealth(place: ListenAddress): Promise<unknown> {
  const where = 'path' in place ? { socketPath: place.path } : { host: place.address, port: place.port };
  const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
  const outgoing = request({ ...where, path: '/status', agent: false, signal }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { healthStatus } = (await json(response)) as { readonly healthStatus?: unknown };
  return healthStatus;
}
