import { CommandError } from '../errors.ts';
import { plainGet } from '../plain-get.ts';
import { nameOfPlace } from './name-of-place.ts';
import { readStatusPlaces } from './status-places.ts';

/** The time-out of a place, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Resolves if the agent with these variables is healthy.
 * @throws CommandError with the reason
 */
export async function agentReady(env: NodeJS.ProcessEnv): Promise<void> {
  let failure = new CommandError('there is no place to ask');
  for (const place of readStatusPlaces(env)) {
    try {
      const { status, body } = await plainGet(place, '/readyz', LIMIT_MS);
      if (status === 200) return;
      failure = new CommandError(
        status === 503 ? body : `the agent at ${nameOfPlace(place)} answered ${status}: ${body}`,
      );
      if (status === 503) break;
    } catch (cause) {
      failure = new CommandError(`the agent at ${nameOfPlace(place)} does not answer`, { cause });
    }
  }
  throw failure;
}
