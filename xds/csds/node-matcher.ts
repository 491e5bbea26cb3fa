import type { NodeMatcher } from '#envoy/envoy/type/matcher/v3/node_pb.ts';
import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type { XdsNode } from '../node.ts';
import { CallError } from '../grpc/call-error.ts';
import { status } from '../grpc/status.ts';

/**
 * Returns whether a node matches an `envoy.type.matcher.v3.NodeMatcher`. Only the node's id is supported, by exact, prefix, suffix
 * or contains. @throws CallError on any other matcher
 */
export function matchesNode({ nodeId, nodeMetadatas }: NodeMatcher): (node: XdsNode) => boolean {
  if (nodeMetadatas.length > 0) throw unsupported('node_metadatas');
  const matches = nodeId === undefined ? () => true : matchesText(nodeId);
  return ({ id }) => matches(id);
}

function matchesText({ matchPattern, ignoreCase }: StringMatcher): (text: string) => boolean {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  switch (matchPattern.case) {
    case 'exact':
      return (text) => fold(text) === fold(matchPattern.value);
    case 'prefix':
      return (text) => fold(text).startsWith(fold(matchPattern.value));
    case 'suffix':
      return (text) => fold(text).endsWith(fold(matchPattern.value));
    case 'contains':
      return (text) => fold(text).includes(fold(matchPattern.value));
    case 'safeRegex':
      throw unsupported('node_id.safe_regex');
    case 'custom':
      throw unsupported('node_id.custom');
    case undefined:
      throw new CallError(status.INVALID_ARGUMENT, 'node_matchers: a node_id without a pattern');
  }
}

function unsupported(field: string): CallError {
  const allowed = 'node_id by exact, prefix, suffix or contains';
  return new CallError(status.INVALID_ARGUMENT, `node_matchers: ${field} is not supported; ${allowed} is`);
}
