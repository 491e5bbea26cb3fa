import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf } from '../task-definition.ts';

/** Ends with 0 if the agent is healthy. ECS runs it with the variables of the container, by which it finds the agent. */
const READY = ['CMD', '/usr/bin/agent', 'ready'];

/** Seconds. A check starts Node, which takes about 0.2 s of a processor, and a task may have a quarter of one. */
const TIMEOUT_S = 5;
const TIMES = { interval: 10, timeout: TIMEOUT_S, retries: 3, startPeriod: 10 };

/**
 * Adds the health check that `dependsOn: HEALTHY` needs where the container has none, and replaces the one of Envoy 1.15 and earlier, which
 * looks for `live` where newer Envoys say `LIVE`. Other checks stay: the one of App Mesh's guide works, and costs less.
 */
export function setHealthCheck(draft: Draft, envoy: number): void {
  const { healthCheck } = containersOf(draft.definition())[envoy] ?? {};
  if (healthCheck instanceof Open) return;
  const path = ['containerDefinitions', envoy, 'healthCheck'] as const;
  if (!isObject(healthCheck)) {
    const reason =
      'containers can wait for an agent that is healthy, and ECS replaces a task whose agent is not';
    draft.set(path, { command: READY, ...TIMES }, reason);
  } else if (isOldCheck(healthCheck['command'])) {
    draft.set([...path, 'command'], READY, 'Envoy prints LIVE where Envoy 1.15 printed live');
    const { timeout } = healthCheck;
    if (timeout instanceof Open || (typeof timeout === 'number' && timeout >= TIMEOUT_S)) return;
    draft.set([...path, 'timeout'], TIMEOUT_S, 'the check starts a program');
  }
}

function isOldCheck(command: unknown): boolean {
  if (!Array.isArray(command)) return false;
  const text = command.join(' ');
  return text.includes('/server_info') && /grep (?:-q )?live\b/.test(text);
}
