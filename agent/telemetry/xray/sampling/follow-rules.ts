import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../../../common/log.ts';
import { errorText } from '../../../../common/error-text.ts';
import { chooseRate, parseRules, type SampledService, type SamplingRule } from './rules.ts';

/** Inputs of `followRules`. */
export type FollowRulesOptions = {
  /** Makes a call of X-Ray's API. */
  readonly call: (path: string, body: string) => Promise<{ readonly status: number; readonly body: Buffer }>;
  readonly service: SampledService;
  /** Sets Envoy's rate, from 0 to 1. */
  readonly setRate: (rate: number) => Promise<unknown>;
  readonly log: Log;
};

/** Time between two looks at the rules, in milliseconds: a change reaches Envoy within ten seconds. */
const LOOK_MS = 5000;
const MOST_PAGES = 20;

/** X-Ray's own default rule, before its rules are known: Envoy has no reservoir, so only the rule's rate applies. */
const RATE_WITHOUT_RULES = 0.05;

/** Polls X-Ray's sampling rules, and sets Envoy's rate by them, until the signal. If it cannot read the rules, the last rate stays. */
export async function followRules(options: FollowRulesOptions, signal: AbortSignal): Promise<void> {
  const { service, setRate, log } = options;
  let said = '';
  let problem: string | undefined;
  let rate = RATE_WITHOUT_RULES;
  while (!signal.aborted) {
    try {
      const chosen = chooseRate(await readRules(options.call), service);
      rate = chosen.rate ?? rate;
      const now = JSON.stringify(chosen);
      if (now !== said) log.info(chosen, 'sampling by a central rule of X-Ray');
      if (now !== said && chosen.leftOut.length > 0)
        log.warn(
          { rules: chosen.leftOut },
          'sampling rules without effect: Envoy has one rate for all requests',
        );
      said = now;
      problem = undefined;
    } catch (error) {
      const text = errorText(error);
      if (text !== problem)
        log.warn({ detail: text, rate }, 'cannot read the sampling rules of X-Ray: the last rate stays');
      problem = text;
    }
    // Again each time: an Envoy that was replaced has its own rate.
    await setRate(rate).catch(() => undefined);
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readRules(call: FollowRulesOptions['call']): Promise<readonly SamplingRule[]> {
  const all: SamplingRule[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = JSON.stringify(token === undefined ? {} : { NextToken: token });
    const answer = await call('/GetSamplingRules', body);
    const text = answer.body.toString();
    if (answer.status !== 200) throw new Error(`X-Ray answered ${answer.status}: ${text.slice(0, 300)}`);
    const { rules, next } = parseRules(text);
    all.push(...rules);
    if (next === undefined) break;
    token = next;
  }
  return all;
}

/** Returns the path of Envoy's admin interface that sets the rate. It takes effect at once, for requests without a decision. */
export function ratePath(rate: number): string {
  const fraction = `{numerator: ${Math.round(rate * 1e6)}, denominator: MILLION}`;
  return `/runtime_modify?tracing.random_sampling=${encodeURIComponent(fraction)}`;
}
