import type { Given } from '../settings/given.ts';

/** Returns sources with variables only. */
export function givenBy(env: Given['env'], more: Partial<Given> = {}): Given {
  return { flags: {}, properties: {}, problems: [], nameservers: [], env, ...more };
}
