import type { ListenAddress } from '../../agent/serving/serve.ts';
import { readAdmin } from '../../agent/settings/envoy-settings.ts';
import { readReadiness } from '../../agent/settings/readiness-settings.ts';
import { compileSettings } from '../../common/settings.ts';

/** Where a running agent serves, by the same variables as the agent's own. */
export type AgentPlaces = {
  /** In the order to ask. */
  readonly status: readonly ListenAddress[];
  readonly admin: ListenAddress;
};

/**
 * Reads the places. A wildcard address becomes loopback.
 * @throws SettingsError
 */
export function readPlaces(env: NodeJS.ProcessEnv): AgentPlaces {
  return compileSettings(env, (read) => ({
    status: readReadiness(read).places.map(onThisHost),
    admin: onThisHost(readAdmin(read).place),
  }));
}

function onThisHost(place: ListenAddress): ListenAddress {
  if ('path' in place) return place;
  const loopback = { '0.0.0.0': '127.0.0.1', '::': '::1' }[place.address];
  return loopback === undefined ? place : { ...place, address: loopback };
}
