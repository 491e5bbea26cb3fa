import type { ListenAddress } from '../../agent/serving/serve.ts';
import { readReadiness } from '../../agent/settings/readiness-settings.ts';
import { compileSettings } from '../../common/settings.ts';

/**
 * Reads where a running agent serves its status, by the same variables as the agent's own, in the order to ask.
 * @throws SettingsError
 */
export function readStatusPlaces(env: NodeJS.ProcessEnv): readonly ListenAddress[] {
  return compileSettings(env, (read) => readReadiness(read).places);
}
