// Environments of App Mesh's Envoy image in the text of templates, task definitions, manifests, scripts and pages.

/** The variables of one container, with made-up values where the text leaves them to its deployment. */
export type Environment = { readonly line: number; readonly variables: Readonly<Record<string, string>> };

const RESOURCE = /APPMESH_(?:RESOURCE_ARN|RESOURCE_NAME|VIRTUAL_NODE_NAME)/;
const LIST_ITEM = /^(\s*)-\s*["']?[Nn]ame["']?:\s*["']?([A-Z][A-Z0-9_]*)["']?\s*$/;
const ENV_FLAG = /(?:-e|--env)[ =]"?([A-Z][A-Z0-9_]*)=("[^"]*"|'[^']*'|\S*)/g;
const DESCRIBED = /^\s+([A-Z][A-Z0-9_]*):\s+(\S.*)$/;
const JSON_PAIR = /"name":\s*"([A-Z][A-Z0-9_]*)",\s*"value":\s*("[^"]*"|[^\s,}]+)/g;

/** Finds all environments that name a virtual node or gateway. */
export function environmentsIn(text: string): readonly Environment[] {
  const lines = text.split('\n');
  const found = new Map<number, Readonly<Record<string, string>>>();
  lines.forEach((line, index) => {
    if (!RESOURCE.test(line)) return;
    const block = blockAround(lines, index);
    if (block !== undefined) found.set(block.first, made(block.variables, text));
  });
  return [...found].map(([first, variables]) => ({ line: first + 1, variables }));
}

type Block = { readonly first: number; readonly variables: readonly (readonly [string, string])[] };

function blockAround(lines: readonly string[], index: number): Block | undefined {
  const line = lines[index] ?? '';
  if (LIST_ITEM.test(line)) return list(lines, index);
  if (line.match(ENV_FLAG) !== null) return command(lines, index);
  if (line.includes('"name"')) return json(lines, index);
  return DESCRIBED.test(line) ? described(lines, index) : undefined;
}

/** YAML: the items at the same indentation, each with the lines that are indented deeper. */
function list(lines: readonly string[], index: number): Block {
  const indent = /^\s*/.exec(lines[index] ?? '')?.[0].length ?? 0;
  const isInside = (line: string) => {
    const own = /^\s*/.exec(line)?.[0].length ?? 0;
    return (
      line.trim() === '' ||
      line.trim().startsWith('#') ||
      own > indent ||
      (own === indent && line.trim().startsWith('-'))
    );
  };
  const [first, end] = extent(lines, index, isInside);
  const text = lines.slice(first, end).filter((line) => !line.trim().startsWith('#'));
  const starts = text.flatMap((line, at) => (LIST_ITEM.test(line) ? [at] : []));
  const variables = starts.map((start, nth) => {
    const name = LIST_ITEM.exec(text[start] ?? '')?.[2] ?? '';
    const rest = text.slice(start + 1, starts[nth + 1] ?? text.length).join('\n');
    return [name, rest.replace(/^\s*["']?[Vv]alue["']?:/, '')] as const;
  });
  return { first, variables };
}

/** A `docker run` over several lines. */
function command(lines: readonly string[], index: number): Block {
  const [first, end] = extent(lines, index, (line) => line.trimEnd().endsWith('\\'));
  const text = lines.slice(first, end).join('\n');
  return { first, variables: [...text.matchAll(ENV_FLAG)].map(([, name = '', value = '']) => [name, value]) };
}

function json(lines: readonly string[], index: number): Block {
  const [first, end] = extent(lines, index, (line) => !/[[\]]/.test(line));
  const text = lines.slice(first, end).join('\n');
  return {
    first,
    variables: [...text.matchAll(JSON_PAIR)].map(([, name = '', value = '']) => [name, value]),
  };
}

/** The output of `kubectl describe`. */
function described(lines: readonly string[], index: number): Block {
  const [first, end] = extent(lines, index, (line) => DESCRIBED.test(line));
  const pairs = lines.slice(first, end).map((line) => DESCRIBED.exec(line) ?? []);
  return { first, variables: pairs.map(([, name = '', value = '']) => [name, value]) };
}

/** Returns the first line, and the line after the last, of those around `index` for which `isInside` holds. */
function extent(
  lines: readonly string[],
  index: number,
  isInside: (line: string) => boolean,
): [number, number] {
  let first = index;
  while (first > 0 && isInside(lines[first - 1] ?? '')) first -= 1;
  let end = index + 1;
  while (end < lines.length && isInside(lines[end] ?? '')) end += 1;
  return [first, end];
}

function made(pairs: Block['variables'], text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      const plain = evaluate(value, text);
      return [name, RESOURCE.test(name) && !plain.includes('/') ? resourceOf(plain) : plain];
    }),
  );
}

/** Values that deployments of the examples give. */
const GIVEN: Readonly<Record<string, string>> = {
  'AWS::Region': 'us-west-2',
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_REGION: 'us-west-2',
  ENVOY_LOG_LEVEL: 'debug',
  APPMESH_LOG_LEVEL: 'debug',
};

/** Returns the value that a deployment might make of a text: quotes and functions are gone, references are replaced. */
function evaluate(value: string, text: string): string {
  const joined = /Fn::Join|!Join/.test(value) ? joinedParts(value) : value;
  return joined
    .replaceAll(/\$\{([^}]+)\}|\{\{\s*([\w.]+)\s*\}\}|\$([A-Z_]+)/g, (_, braced, curly, bare) =>
      given(String(braced ?? curly ?? bare), text),
    )
    .replaceAll(/!Ref\s+['"]?([\w:]+)['"]?/g, (_, name: string) => given(name, text))
    .replaceAll(/!GetAtt\s+['"]?([\w.]+)['"]?/g, (_, name: string) => given(name, text))
    .replaceAll(/!Sub\s*|Fn::ImportValue:\s+|[|>]-?\n/g, '')
    .replaceAll(/["'\n]/g, '')
    .trim();
}

function joinedParts(value: string): string {
  return [...value.matchAll(/-\s+(!GetAtt\s+\S+|!Ref\s+\S+|Fn::ImportValue:\s+!Sub\s+\S+|'[^']*'|"[^"]*")/g)]
    .map(([, part = '']) => part)
    .join('');
}

function given(name: string, text: string): string {
  const asDefault = new RegExp(`^ {2}${name}:\\n(?: {4}.*\\n)*? {4}Default:\\s*(\\S+)`, 'm').exec(text)?.[1];
  return GIVEN[name] ?? asDefault ?? name.replaceAll(/[^A-Za-z0-9]+/g, '-');
}

/** A reference to a resource is its ARN. */
function resourceOf(reference: string): string {
  const kind = /gateway|vgw|ingress/i.test(reference) ? 'virtualGateway' : 'virtualNode';
  return `arn:aws:appmesh:us-west-2:111122223333:mesh/m/${kind}/${reference}`;
}
