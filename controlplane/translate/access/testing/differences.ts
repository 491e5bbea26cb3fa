import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownAddress } from '../../../explain/testing/own-address.ts';
import { decide } from '../../../mesh/access/decide.ts';
import { accessOf, anyArrival, anyPolicies } from '../../../mesh/access/testing/any-access.ts';
import { startGuardedEnvoy, type GuardedOptions } from './guarded-envoy.ts';

const LIMIT_MS = 120_000;
const POLL_MS = 50;

/**
 * Sends random requests and connections to a real Envoy with random access policies. Returns each one that it treats otherwise than the rules
 * say, and each count of refusals that is wrong; one half of the policies is enforced, the other audited.
 */
export async function differences(
  binary: string,
  certificates: GuardedOptions['certificates'],
  {
    policies,
    arrivals,
    seed,
  }: { readonly policies: number; readonly arrivals: number; readonly seed: number },
): Promise<readonly string[]> {
  const specs = fc.sample(anyPolicies, { numRuns: policies, seed });
  const accesses = specs.map((each, index) => accessOf(each, index % 2 === 0 ? 'ENFORCE' : 'AUDIT'));
  const envoy = await startGuardedEnvoy(binary, { accesses, address: ownAddress(), certificates });
  const found: string[] = [];
  const refused = new Map<string, number>();
  try {
    for (const [index, access] of accesses.entries()) {
      for (const arrival of fc.sample(anyArrival, { numRuns: arrivals, seed: seed + index })) {
        const { verdict, line, enforced } = decide(access, arrival);
        const expected = verdict === 'refused' && enforced ? 'refused' : 'admitted';
        const actual = await envoy.ask(index, arrival);
        if (actual !== expected)
          found.push(
            JSON.stringify({ arrival, policies: specs[index], mode: access.mode, line, expected, actual }),
          );
        const counter = JSON.stringify([arrival.port, arrival.id ?? '', line]);
        if (verdict === 'refused') refused.set(counter, (refused.get(counter) ?? 0) + 1);
      }
    }
    const wanted = Object.fromEntries(refused);
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const counted = Object.fromEntries(countersIn(await envoy.admin('/stats/prometheus?usedonly')));
      if (isDeepStrictEqual(counted, wanted)) return found;
      if (Date.now() > end)
        return [...found, `counted ${JSON.stringify(counted)}, wanted ${JSON.stringify(wanted)}`];
      await sleep(POLL_MS);
    }
  } finally {
    await envoy.close();
  }
}

function countersIn(page: string): (readonly [string, number])[] {
  const line =
    /^envoy_daybreak_access_refused\{port="(?<port>\d+)",caller="(?<caller>.*)",rule="(?<rule>.*)"\} (?<count>\d+)$/gm;
  return Array.from(page.matchAll(line), ({ groups }) => [
    JSON.stringify([Number(groups?.['port']), groups?.['caller'], groups?.['rule']]),
    Number(groups?.['count']),
  ]);
}
