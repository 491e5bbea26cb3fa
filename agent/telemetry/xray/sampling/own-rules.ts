import type { SamplingSource } from './serve-sampling.ts';

/** The name of the only rule. X-Ray's SDKs require one of this name. */
const NAME = 'Default';
/** Seconds until an SDK asks again. */
const INTERVAL_S = 10;

/**
 * Answers X-Ray's SDKs without X-Ray: one rule for all requests, with the rate that the agent's own sampler has. `rate`: from 0 to 1.
 */
export function ownRules(rate: number, now: () => Date = () => new Date()): SamplingSource {
  const seconds = (): number => Math.floor(now().getTime() / 1000);
  const rule = {
    RuleName: NAME,
    RuleARN: 'arn:aws:xray:local:000000000000:sampling-rule/Default',
    ResourceARN: '*',
    Priority: 10_000,
    FixedRate: rate,
    ReservoirSize: 0,
    ServiceName: '*',
    ServiceType: '*',
    Host: '*',
    HTTPMethod: '*',
    URLPath: '*',
    Version: 1,
    Attributes: {},
  };
  const startedAt = seconds();
  const answers = {
    '/GetSamplingRules': () => ({
      SamplingRuleRecords: [{ SamplingRule: rule, CreatedAt: 0, ModifiedAt: startedAt }],
    }),
    '/SamplingTargets': () => ({
      LastRuleModification: startedAt,
      SamplingTargetDocuments: [
        {
          RuleName: NAME,
          FixedRate: rate,
          ReservoirQuota: 0,
          ReservoirQuotaTTL: seconds() + INTERVAL_S,
          Interval: INTERVAL_S,
        },
      ],
      UnprocessedStatistics: [],
    }),
  };
  return (path) => Promise.resolve({ status: 200, body: JSON.stringify(answers[path]()) });
}
