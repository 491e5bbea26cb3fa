import type { RawSettings } from '../settings/raw-settings.ts';

/** Returns sources with variables only. */
export function rawSettings(env: RawSettings['env'], more: Partial<RawSettings> = {}): RawSettings {
  return { flags: {}, properties: {}, problems: [], nameservers: [], env, ...more };
}
