import { errorText } from '../../common/error-text.ts';
import { cannotUseConfigFile } from '../errors.ts';
import { readConfigFile } from '../custom-config/read-config-file.ts';

/** Returns the sampling rules for a rate, as App Mesh's agent wrote them: one request per second, and `rate` of the others. */
export function samplingRules(rate: number): string {
  return JSON.stringify({ version: 2, default: { fixed_target: 1, rate }, rules: [] });
}

/**
 * Checks the manifest of the operator, because Envoy logs a bad one and samples by its own rule.
 * @throws AgentError that names the file and the problem
 */
export function checkSamplingManifest(path: string): void {
  const variable = 'XRAY_SAMPLING_RULE_MANIFEST';
  const problem = manifestProblem(readConfigFile(variable, path));
  if (problem !== undefined) throw cannotUseConfigFile(variable, path, problem);
}

type Rule = Readonly<Record<string, unknown>>;

/** Returns the first problem of a manifest, by the rules of X-Ray's SDK for Go, which App Mesh's agent applied, or undefined. */
export function manifestProblem(text: string): string | undefined {
  let manifest: Rule;
  try {
    manifest = asRule(JSON.parse(text));
  } catch (error) {
    return errorText(error);
  }
  const { version, default: usual, rules = [] } = manifest;
  if (version !== 2) return `version ${JSON.stringify(version)}: Envoy reads version 2`;
  if (!isRule(usual)) return 'default: a rule is required';
  if (hasText(usual, 'host') || hasText(usual, 'http_method') || hasText(usual, 'url_path')) {
    return 'default: no host, http_method or url_path is allowed';
  }
  if (!Array.isArray(rules)) return 'rules: a list is required';
  const problems = rules.map((rule: unknown, index) => ruleProblem(rule, `rules[${index}]`));
  return [amountProblem(usual, 'default'), ...problems].find((problem) => problem !== undefined);
}

function ruleProblem(rule: unknown, place: string): string | undefined {
  if (!isRule(rule)) return `${place}: a rule is required`;
  const missing = ['host', 'http_method', 'url_path'].find((key) => !hasText(rule, key));
  return missing === undefined ? amountProblem(rule, place) : `${place}.${missing}: a text is required`;
}

function amountProblem(rule: Rule, place: string): string | undefined {
  const bad = ['fixed_target', 'rate'].find((key) => {
    const value = rule[key];
    return typeof value !== 'number' || value < 0;
  });
  return bad === undefined
    ? undefined
    : `${place}.${bad}: a number of at least 0 is required, not ${JSON.stringify(rule[bad])}`;
}

function asRule(value: unknown): Rule {
  if (!isRule(value)) throw new Error('a JSON object is required');
  return value;
}

function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasText(rule: Rule, key: string): boolean {
  return typeof rule[key] === 'string' && rule[key] !== '';
}
