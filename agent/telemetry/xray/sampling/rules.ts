/** A rule of X-Ray's central sampling, as GetSamplingRules answers. */
export type SamplingRule = {
  readonly RuleName: string;
  readonly Priority: number;
  /** From 0 to 1. */
  readonly FixedRate: number;
  readonly ReservoirSize: number;
  readonly ServiceName: string;
  readonly ServiceType: string;
  readonly Host: string;
  readonly HTTPMethod: string;
  readonly URLPath: string;
  readonly ResourceARN: string;
  readonly Attributes?: Readonly<Record<string, string>>;
};

/** The proxy that rules are for. */
export type SampledService = {
  /** The names by which a rule may select the proxy. */
  readonly names: readonly string[];
  /** `AWS::AppMesh::Proxy`. */
  readonly type: string;
};

/** The rate for a proxy, and the rules that Envoy cannot apply. */
export type ChosenRate = {
  /** From 0 to 1. Undefined: no rule is for this proxy. */
  readonly rate: number | undefined;
  readonly rule: string | undefined;
  /** Rules for this proxy that Envoy cannot apply, because they are for single paths, hosts or methods. */
  readonly leftOut: readonly string[];
};

/** Parses an answer of GetSamplingRules. @throws Error if it has another form */
export function parseRules(text: string): {
  readonly rules: readonly SamplingRule[];
  readonly next?: string;
} {
  const { SamplingRuleRecords: records = [], NextToken: next } = JSON.parse(text) as Answer;
  const rules = records.flatMap(({ SamplingRule: rule }) => rule ?? []);
  const bad = rules.find(
    ({ FixedRate: rate, Priority: priority }) => !isPart(rate) || !Number.isFinite(priority),
  );
  if (bad !== undefined)
    throw new Error(`rule ${JSON.stringify(bad.RuleName)} has no usable rate and priority`);
  return { rules, ...(typeof next === 'string' && next !== '' ? { next } : {}) };
}

type Answer = {
  readonly SamplingRuleRecords?: readonly { readonly SamplingRule?: SamplingRule }[];
  readonly NextToken?: string;
};

function isPart(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

/**
 * Chooses the rate for a proxy: that of the first rule, by priority and then by name, that is for all of its requests. Envoy has one rate
 * for all.
 */
export function chooseRate(rules: readonly SamplingRule[], service: SampledService): ChosenRate {
  const ordered = rules
    .filter((rule) => isFor(rule, service))
    .toSorted((a, b) => a.Priority - b.Priority || (a.RuleName < b.RuleName ? -1 : 1));
  const first = ordered.findIndex(isForAllRequests);
  const before = first === -1 ? ordered : ordered.slice(0, first);
  const chosen = ordered[first];
  return {
    rate: chosen?.FixedRate,
    rule: chosen?.RuleName,
    leftOut: before.map(({ RuleName }) => RuleName),
  };
}

function isFor({ ServiceName, ServiceType }: SamplingRule, { names, type }: SampledService): boolean {
  return matches(ServiceType, type) && names.some((name) => matches(ServiceName, name));
}

function isForAllRequests({
  Host,
  HTTPMethod,
  URLPath,
  ResourceARN,
  Attributes = {},
}: SamplingRule): boolean {
  const patterns = [Host, HTTPMethod, URLPath, ResourceARN];
  return patterns.every((pattern) => /^\*+$/.test(pattern)) && Object.keys(Attributes).length === 0;
}

/** Returns whether a text matches a pattern of X-Ray: `*` for any characters, `?` for one; case does not count. */
export function matches(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let [at, end, star, resume] = [0, 0, -1, 0];
  // Only the last asterisk can take more, so the time does not grow with the number of asterisks, as that of a regular expression does.
  while (at < given.length) {
    if (wanted[end] === '*') {
      star = end++;
      resume = at;
    } else if (end < wanted.length && (wanted[end] === '?' || wanted[end] === given[at])) {
      at += 1;
      end += 1;
    } else if (star !== -1) {
      end = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(wanted.slice(end));
}
