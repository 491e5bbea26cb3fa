import type { Given } from '../settings/given.ts';

/** What is given by variables alone. */
export function givenBy(env: Given['env'], more: Partial<Given> = {}): Given {
  return { flags: {}, properties: {}, problems: [], nameservers: [], env, ...more };
}
