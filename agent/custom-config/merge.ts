import { isDeepStrictEqual } from 'node:util';
import { AGENT_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';

/** A bootstrap, or a part of one, as plain JSON. */
export type Config = Readonly<Record<string, unknown>>;

/** A merged bootstrap and what the operator should know about it, or why the file cannot be merged. */
export type Merged =
  | { readonly bootstrap: Config; readonly warnings: readonly string[] }
  | { readonly problem: string };

/**
 * Merges a file of the operator into a bootstrap, by the rules of App Mesh's agent: `tracing` and `statsConfig` only if the bootstrap has
 * none; `statsSinks` and static listeners, clusters and secrets are appended; any other field replaces that of the bootstrap. Some parts
 * stay because the agent needs them: the node's identity, the address of the admin interface, `dynamicResources`, and the cluster of
 * the agent's socket. Names of top-level fields may be in snake_case.
 */
export function mergeConfig(bootstrap: Config, file: Config): Merged {
  const warnings: string[] = [];
  try {
    let result = bootstrap;
    for (const [name, value] of camelCased(file)) {
      result = { ...result, ...mergeField(result, name, value, warnings) };
    }
    return { bootstrap: result, warnings };
  } catch (error) {
    if (error instanceof MergeProblem) return { problem: error.message };
    throw error;
  }
}

class MergeProblem extends Error {}

function camelCased(file: Config): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(file)) {
    const camel = name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (fields.has(camel)) throw new MergeProblem(`${camel} occurs in camelCase and in snake_case`);
    fields.set(camel, value);
  }
  return fields;
}

function mergeField(bootstrap: Config, name: string, value: unknown, warnings: string[]): Config {
  const former = bootstrap[name];
  switch (name) {
    case 'tracing':
    case 'statsConfig':
      if (former !== undefined) throw new MergeProblem(`${name}: ${ONLY_ONE[name]}`);
      return { [name]: value };
    case 'statsSinks':
      return { [name]: [...list(former, name), ...list(value, name)] };
    case 'staticResources':
      return { [name]: mergeStaticResources(object(former, name), object(value, name), warnings) };
    case 'dynamicResources':
      warnings.push('dynamicResources: ignored, because Envoy is configured by the agent');
      return {};
    case 'admin':
      return { [name]: keep(object(former, name), object(value, name), ['address'], name, warnings) };
    case 'node':
      return { [name]: mergeNode(object(former, name), object(value, name), warnings) };
    default:
      if (former !== undefined) warnings.push(`${name}: replaces ${JSON.stringify(former)}`);
      return { [name]: value };
  }
}

const ONLY_ONE = {
  tracing: 'Envoy has one tracer, and the bootstrap has one already',
  statsConfig: 'the bootstrap has one already; ENVOY_STATS_CONFIG_FILE replaces the generated one',
};

const APPENDED = ['listeners', 'clusters', 'secrets'];

function mergeStaticResources(former: Config, added: Config, warnings: string[]): Config {
  const result: Record<string, unknown> = { ...former };
  for (const [name, value] of Object.entries(added)) {
    const place = `staticResources.${name}`;
    if (APPENDED.includes(name)) {
      const items = list(value, place);
      const taken = items.filter((item) => !isAgentCluster(name, item));
      if (taken.length < items.length) {
        warnings.push(`${place}: ${AGENT_CLUSTER} is left out, because it is the agent's own cluster`);
      }
      result[name] = [...list(former[name], place), ...taken];
    } else warnings.push(`${place}: ignored; ${APPENDED.join(', ')} are merged`);
  }
  return result;
}

function isAgentCluster(list_: string, item: unknown): boolean {
  return list_ === 'clusters' && (item as { name?: unknown } | null)?.name === AGENT_CLUSTER;
}

/** Returns `added` with the fields `kept` of `former`. */
function keep(
  former: Config,
  added: Config,
  kept: readonly string[],
  place: string,
  warnings: string[],
): Config {
  const mine = Object.fromEntries(kept.map((name) => [name, former[name]]));
  for (const name of kept) {
    if (name in added && !isDeepStrictEqual(added[name], former[name])) {
      warnings.push(`${place}.${name}: ignored, because the agent needs its own`);
    }
  }
  return { ...added, ...mine };
}

function mergeNode(former: Config, added: Config, warnings: string[]): Config {
  const node = keep(former, { ...former, ...added }, ['id', 'cluster'], 'node', warnings);
  const place = 'node.metadata';
  const metadata = { ...object(added['metadata'], place), ...object(former['metadata'], place) };
  return { ...node, metadata };
}

function object(value: unknown, place: string): Config {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new MergeProblem(`${place}: fields are required`);
  return value as Config;
}

function list(value: unknown, place: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MergeProblem(`${place}: a list is required`);
  return value;
}
