import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import type { LocationSettings } from '../settings/location-settings.ts';
import { createAwakeLimit } from '../../common/limits/awake-limit.ts';
import type { TimeLimits } from './get-metadata.ts';
import { fetchInstance } from './instance-metadata.ts';
import { toLocation, type Location } from './location.ts';
import { fetchLimits, fetchTask } from './task-metadata.ts';

/** Time limits in milliseconds, of each request and of all requests together. Envoy starts after them. */
const LIMITS = { requestMs: 250, allMs: 500 };

/**
 * Asks the metadata services of the ECS task and of the EC2 instance, in parallel. Never rejects: an answer that does not come in time,
 * or is invalid, leaves its part of the location unknown.
 */
export async function findLocation(
  settings: LocationSettings,
  log: Log,
  { requestMs, allMs } = LIMITS,
): Promise<Location> {
  const { taskEndpoint, instanceEndpoint } = settings;
  const all = createAwakeLimit(allMs);
  const time = { limitMs: requestMs, signal: all.signal };
  const attempt = async <T>(
    level: 'debug' | 'warn',
    what: string,
    endpoint: string | undefined,
    fetch: (endpoint: string, time: TimeLimits) => Promise<T>,
  ): Promise<T | undefined> => {
    if (endpoint === undefined) return undefined;
    try {
      return await fetch(endpoint, time);
    } catch (error) {
      log[level]({ endpoint }, `the agent continues without ${what}: ${errorText(error)}`);
      return undefined;
    }
  };
  const [task, limits, instance] = await Promise.all([
    attempt('warn', "the ECS task's metadata", taskEndpoint, fetchTask),
    attempt('debug', "the ECS container's metadata", taskEndpoint, fetchLimits),
    // Most machines outside EC2, and containers behind a hop limit of 1, have no such service.
    attempt('debug', "the EC2 instance's metadata", instanceEndpoint, fetchInstance),
  ]);
  all.end();
  const location = toLocation(settings, { task, limits, instance });
  const { region, zone, zoneId, instanceId } = location;
  const { cluster, arn, service, revision } = location.task ?? {};
  const known = Object.entries({ region, zone, zoneId, instanceId, cluster, task: arn, service, revision });
  const facts = Object.fromEntries(known.filter(([, value]) => value !== undefined));
  if (Object.keys(facts).length > 0) log.info(facts, 'found the location');
  return location;
}
