import type { Problem } from '../../common/settings.ts';
import { SOURCES } from './sources.ts';
import { isObject } from '../../common/is-object.ts';

/** The properties of an ECS `proxyConfiguration` by name, and its problems. */
export type ProxyConfiguration = {
  readonly properties: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
};

/** The container label that may hold a `proxyConfiguration`, because ECS itself does not expose it to tasks. */
export const LABEL = 'daybreak.proxyConfiguration';

const KNOWN: ReadonlySet<string> = new Set(
  Object.values(SOURCES).flatMap((source) => ('property' in source ? [source.property] : [])),
);

const NOTHING = {};

/**
 * Parses a `proxyConfiguration` from its own JSON, from a task definition (an input of `register-task-definition`, an output of
 * `describe-task-definition`, a CloudFormation resource), or from a task's metadata with the label. `at` names the source in problems.
 */
export function parseProxyConfiguration(json: string, at: string): ProxyConfiguration {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    return withProblem(at, excerpt(json), `JSON (${(error as Error).message})`);
  }
  const found = find(document);
  if (typeof found === 'string') return parseProxyConfiguration(found, `${at}, label ${LABEL}`);
  if (found === undefined) {
    const wanted = `a proxyConfiguration, or a task definition or metadata (label ${LABEL}) that has one`;
    return withProblem(at, excerpt(json), wanted);
  }
  return read(found, at);
}

type Members = Readonly<Record<string, unknown>>;

/** Finds a member case-insensitively, because only CloudFormation capitalizes names. */
function member(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const wanted = names.map((name) => name.toLowerCase());
  const key = Object.keys(value).find((candidate) => wanted.includes(candidate.toLowerCase()));
  return key === undefined ? undefined : (value as Members)[key];
}

function find(document: unknown): Members | string | undefined {
  const places = [document, member(document, 'taskDefinition'), member(document, 'properties')];
  for (const place of places) {
    const inside = member(place, 'proxyConfiguration');
    if (isObject(inside)) return inside;
  }
  const containers = member(document, 'containers');
  for (const container of [document, ...(Array.isArray(containers) ? (containers as unknown[]) : [])]) {
    const label = member(member(container, 'labels'), LABEL);
    if (typeof label === 'string') return label;
  }
  const properties = member(document, 'properties', 'proxyConfigurationProperties');
  return isObject(document) && Array.isArray(properties) ? document : undefined;
}

function read(configuration: Members, at: string): ProxyConfiguration {
  const problems: Problem[] = [];
  const type = member(configuration, 'type') ?? 'APPMESH';
  if (type !== 'APPMESH') problems.push({ name: `${at}: type`, got: shown(type), wanted: 'APPMESH' });
  const list = member(configuration, 'properties', 'proxyConfigurationProperties') ?? [];
  const properties: Record<string, string> = {};
  for (const [index, item] of (Array.isArray(list) ? (list as unknown[]) : [NOTHING]).entries()) {
    const name = member(item, 'name');
    const given = member(item, 'value');
    // CloudFormation makes a text of a number, so that templates have numbers.
    const value = typeof given === 'number' ? `${given}` : given;
    const place = `${at}: properties[${index}]`;
    if (typeof name !== 'string' || typeof value !== 'string') {
      problems.push({ name: place, got: shown(item), wanted: '{"name": …, "value": …}, both text' });
    } else if (!KNOWN.has(name)) {
      problems.push({ name: `${place}.name`, got: name, wanted: `one of ${[...KNOWN].join(', ')}` });
    } else if (Object.hasOwn(properties, name)) {
      problems.push({ name: `${place}.name`, got: name, wanted: 'a name that occurs only once' });
    } else {
      properties[name] = value;
    }
  }
  return { properties, problems };
}

/** Returns no properties, and a problem with the setting that names them. */
export function withProblem(name: string, got: string, wanted: string): ProxyConfiguration {
  return { properties: {}, problems: [{ name, got, wanted }] };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : excerpt(JSON.stringify(value) ?? 'undefined');
}

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
