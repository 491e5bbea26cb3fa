import type { Status } from '../../agent/status/status.ts';
import { CommandError } from '../errors.ts';
import { askFirst } from './ask.ts';
import { readPlaces } from './places.ts';

/**
 * Resolves if the agent with these variables is healthy.
 * @throws CommandError with the reason
 */
export async function agentReady(env: NodeJS.ProcessEnv): Promise<void> {
  const status = JSON.parse(await askFirst(readPlaces(env).status, '/status')) as Status;
  if (status.healthStatus === 'HEALTHY') return;
  throw new CommandError(reasonOf(status));
}

/** Returns why a proxy is not healthy, on one line. */
export function reasonOf({ envoyState, daybreak: { supervisor, notReady, problems } }: Status): string {
  const reasons = [...notReady, ...problems.map(({ code, problem }) => `${problem} (${code})`)];
  const state = `Envoy is ${envoyState}, the supervisor ${supervisor.state}`;
  return [state, ...reasons].join('; ');
}
