import { isObject } from '../../import/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf } from '../task-definition.ts';

/** The check of App Mesh's guide; it holds as soon as Envoy has a first configuration. */
const LIVE = ['CMD-SHELL', 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE'];

/** Seconds, and a number of failures. The check itself takes a few milliseconds. */
const TIMES = { interval: 5, timeout: 2, retries: 3, startPeriod: 10 };

/**
 * Adds the health check that `dependsOn: HEALTHY` needs where the container has none, and replaces the one of Envoy 1.15 and
 * earlier, whose `live` newer Envoys spell `LIVE`. Other checks stay.
 */
export function setHealthCheck(draft: Draft, envoy: number): void {
  const { healthCheck } = containersOf(draft.definition())[envoy] ?? {};
  if (healthCheck instanceof Open) return;
  const path = ['containerDefinitions', envoy, 'healthCheck'] as const;
  if (!isObject(healthCheck)) {
    const reason = 'healthy as soon as Envoy has its configuration; containers can wait for that';
    draft.set(path, { command: LIVE, ...TIMES }, reason);
  } else if (isOldCheck(healthCheck['command'])) {
    const reason = 'Envoy prints LIVE where Envoy 1.15 printed live';
    draft.set([...path, 'command'], LIVE, reason);
  }
}

function isOldCheck(command: unknown): boolean {
  if (!Array.isArray(command)) return false;
  const text = command.join(' ');
  return text.includes('/server_info') && /grep (?:-q )?live\b/.test(text);
}
