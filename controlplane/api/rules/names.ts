import type { RuleName } from './catalog.ts';
import type { Broken } from './rule.ts';

/** Names that are parts of a proxy's identity or inner segments of an ARN: `mesh/M/virtualNode/N`. */
const SEGMENTS = ['meshName', 'virtualNodeName', 'virtualRouterName', 'virtualGatewayName'] as const;
const NAMES = [
  ...SEGMENTS,
  'virtualServiceName',
  'routeName',
  'gatewayRouteName',
  'nodeIdentityName',
  'accessPolicyName',
] as const;

/** Returns the resource names at the top level of an operation's input, from the path and the body. */
export function inputNames(input: Readonly<Record<string, unknown>>): readonly Broken[] {
  return [
    ...broken(
      'name-slash',
      input,
      SEGMENTS,
      (name) => name.includes('/'),
      'Member must be a name, not an ARN: without /',
    ),
    // HTTP clients resolve these as relative path segments, and would never reach the resource.
    ...broken(
      'name-as-step',
      input,
      NAMES,
      (name) => name === '.' || name === '..',
      'Member must not be . or ..',
    ),
  ];
}

function broken(
  rule: RuleName,
  input: Readonly<Record<string, unknown>>,
  members: readonly string[],
  test: (name: string) => boolean,
  constraint: string,
): readonly Broken[] {
  return members.flatMap((path) => {
    const value = input[path];
    return typeof value === 'string' && test(value) ? [{ rule, path, value, constraint }] : [];
  });
}
