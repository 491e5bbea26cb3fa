import { withoutEmptyConfigFile } from '../custom-config/own-bootstrap.ts';
import { readHostFacts } from '../host-facts.ts';
import { prepareLaunch, type LaunchBase, type Launches } from '../run/launch.ts';
import { requireFileAnswers } from '../settings/require-file-answers.ts';
import type { Variables } from '../settings/variables-file.ts';
import type { Supervisor } from '../supervisor/supervisor-options.ts';
import { changedSettings } from './changed-settings.ts';
import { checkHotRestartVersion } from './hot-restart-version.ts';
import type { NextLaunch } from './reload.ts';
import { BLOCKED, ReloadRefusal, type ReloadHow } from './reload-outcome.ts';
import { waitUntilReplaceable } from './wait-until-replaceable.ts';

/** Inputs of `createPrepareNext`. */
export type PrepareNextInput = {
  readonly variables: Variables;
  readonly base: LaunchBase;
  readonly launches: Launches;
  /** Why hot restarts are off; undefined if they are possible. */
  readonly hotRestartOff: string | undefined;
  readonly supervisor: Pick<Supervisor, 'state' | 'isReplaceable'>;
  /** Aborts when the agent stops. */
  readonly stop: AbortSignal;
};

/**
 * Returns the function that waits until Envoy can be replaced, reads the variables again and prepares the next Envoy. Envoy validates its
 * bootstrap, because a next Envoy that ends at its start costs the running one its admin interface.
 */
export function createPrepareNext(input: PrepareNextInput): (how: ReloadHow) => Promise<NextLaunch> {
  const { variables, base, launches } = input;
  let number = 0;
  return async (how) => {
    checkHotRestart(input, how);
    await waitUntilReplaceable(input, how);
    const running = launches.current();
    const all = await variables.read();
    await requireFileAnswers(all);
    const read = withoutEmptyConfigFile(all);
    const { settings, env, notTaken } = changedSettings(running.settings, running.variables, read);
    number += 1;
    const launch = await prepareLaunch(base, { settings, variables: env, facts: readHostFacts() }, number);
    try {
      const state = input.supervisor.state();
      if (how === 'hot restart' && 'pid' in state && state.pid !== undefined) {
        await checkHotRestartVersion(launch.envoy.binary, state.pid, launch.envoy.env);
      }
    } catch (error) {
      launch.discard();
      throw error;
    }
    return { launch, notTaken };
  };
}

function checkHotRestart({ hotRestartOff, supervisor }: PrepareNextInput, how: ReloadHow): void {
  if (how !== 'hot restart') return;
  if (hotRestartOff !== undefined) {
    throw new ReloadRefusal('HOT_RESTART_OFF', `hot restart is off: ${hotRestartOff}`);
  }
  if (supervisor.state().kind === 'without-admin') throw new ReloadRefusal('HOT_RESTART_BLOCKED', BLOCKED);
}
