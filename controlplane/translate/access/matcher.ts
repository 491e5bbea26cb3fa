import type { MessageInitShape } from '@bufbuild/protobuf';
import { ActionSchema, RBAC_Action as Action } from '#envoy/envoy/config/rbac/v3/rbac_pb.ts';
import {
  DirectSourceIPInputSchema,
  SourceIPInputSchema,
} from '#envoy/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.ts';
import { UriSanInputSchema } from '#envoy/envoy/extensions/matching/common_inputs/ssl/v3/ssl_inputs_pb.ts';
import { IpSchema } from '#envoy/envoy/extensions/matching/input_matchers/ip/v3/ip_pb.ts';
import { HttpRequestHeaderMatchInputSchema } from '#envoy/envoy/type/matcher/v3/http_inputs_pb.ts';
import type {
  MatcherSchema,
  Matcher_MatcherList_FieldMatcherSchema,
  Matcher_MatcherList_PredicateSchema,
  Matcher_OnMatchSchema,
} from '#envoy/xds/type/matcher/v3/matcher_pb.ts';
import type { StringMatcherSchema } from '#envoy/xds/type/matcher/v3/string_pb.ts';
import { cidr } from '../../../common/addresses/ip-range.ts';
import { deniedPaths, UNCLEAR_PATHS } from '../../mesh/access/denied-paths.ts';
import type { Program, Step } from '../../mesh/access/steps.ts';
import type { HttpAccess } from '../../model/daybreak-types.ts';
import { typed } from '../envoy/typed.ts';

type Init<T> = Exclude<T, { $typeName: string }>;

/** A matcher of Envoy's RBAC filters, whose actions admit or refuse. */
export type AccessMatcher = Init<MessageInitShape<typeof MatcherSchema>>;

type OnMatch = Init<MessageInitShape<typeof Matcher_OnMatchSchema>>;
type Predicate = Init<MessageInitShape<typeof Matcher_MatcherList_PredicateSchema>>;
type StringMatcher = Init<MessageInitShape<typeof StringMatcherSchema>>;

/**
 * Returns the matcher of a decision: the denies with conditions; then a map by the caller's SPIFFE id, so that thousands of callers cost a request
 * no more than ten; then the steps of all other callers. The first match wins. A request that no step admits is refused.
 */
export function accessMatcher({ first, byId, others }: Program, protocol: 'http' | 'tcp'): AccessMatcher {
  const rest = nested(byCaller(byId, list(others.slice(0, -1), protocol, last(others))));
  return list(first, protocol, rest);
}

/** The action of the step that always decides. */
function last(steps: readonly Step[]): OnMatch {
  const step = steps.at(-1);
  if (step?.when.kind !== 'always') throw new Error('the last step of a decision always decides');
  return action(step);
}

function nested(matcher: AccessMatcher): OnMatch {
  const { matcherType, onNoMatch } = matcher;
  return matcherType === undefined && onNoMatch !== undefined
    ? (onNoMatch as OnMatch)
    : { onMatch: { case: 'matcher', value: matcher } };
}

/** A step without callers in the map goes on with `otherwise`. */
function byCaller(byId: ReadonlyMap<string, Step>, otherwise: AccessMatcher): AccessMatcher {
  if (byId.size === 0) return otherwise;
  return tree(new Map(Array.from(byId, ([id, step]) => [id, action(step)])), nested(otherwise));
}

/** Without `otherwise`, the evaluation goes on after the matcher for callers that are not in the map. */
function tree(actions: ReadonlyMap<string, OnMatch>, otherwise: OnMatch | undefined): AccessMatcher {
  const input = { name: 'uri-san', typedConfig: typed(UriSanInputSchema, {}) };
  const map = Object.fromEntries(actions);
  return {
    matcherType: {
      case: 'matcherTree',
      value: { input, treeType: { case: 'exactMatchMap', value: { map } } },
    },
    ...(otherwise === undefined ? {} : { onNoMatch: otherwise }),
  };
}

function list(steps: readonly Step[], protocol: 'http' | 'tcp', onNoMatch: OnMatch): AccessMatcher {
  if (steps.length === 0) return { onNoMatch };
  const matchers = steps.map(
    (step): MessageInitShape<typeof Matcher_MatcherList_FieldMatcherSchema> => ({
      predicate: predicate(step, protocol),
      onMatch: forCallers(step),
    }),
  );
  return { matcherType: { case: 'matcherList', value: { matchers } }, onNoMatch };
}

function forCallers(step: Step): OnMatch {
  if (step.callers === undefined) return action(step);
  return nested(tree(new Map(Array.from(step.callers, (id) => [id, action(step)])), undefined));
}

function action({ line, admits }: Step): OnMatch {
  const typedConfig = typed(ActionSchema, { name: line, action: admits ? Action.ALLOW : Action.DENY });
  return { onMatch: { case: 'action', value: { name: 'verdict', typedConfig } } };
}

/** Any bytes: in a query there may be some that are no UTF-8, and Envoy before 1.37.6 has no `.` for them. */
const ANY_BYTES = String.raw`\C*`;

function predicate({ when, admits }: Step, protocol: 'http' | 'tcp'): Predicate {
  if (when.kind === 'escaped') return pathLike(`${UNCLEAR_PATHS}${ANY_BYTES}`);
  if (when.kind === 'always') throw new Error('only the last step always decides');
  const { http, cidrs } = when;
  return every([
    ...(cidrs === undefined ? [] : [addressIn(cidrs, protocol)]),
    ...(http === undefined ? [] : [some(http.map((each) => request(each, admits)))]),
  ]);
}

function request({ methods, path }: HttpAccess, admits: boolean): Predicate {
  return every([
    ...(methods === undefined
      ? []
      : [
          some(
            methods.map((method) =>
              // Some applications take a method in small letters for the same.
              header(':method', { matchPattern: { case: 'exact', value: method }, ignoreCase: !admits }),
            ),
          ),
        ]),
    ...(path === undefined ? [] : [admits ? admittedPath(path) : deniedPath(path)]),
  ]);
}

function deniedPath(path: NonNullable<HttpAccess['path']>): Predicate {
  return pathLike(`${deniedPaths(path)}${path.exact === undefined ? ANY_BYTES : `(?:\\?${ANY_BYTES})?`}`);
}

function pathLike(regex: string): Predicate {
  const value = { engineType: { case: 'googleRe2' as const, value: {} }, regex };
  return header(':path', { matchPattern: { case: 'safeRegex', value } });
}

/** `:path` has the query too. */
function admittedPath({ exact, prefix }: NonNullable<HttpAccess['path']>): Predicate {
  const begins = (value: string): Predicate => header(':path', { matchPattern: { case: 'prefix', value } });
  if (exact === undefined) return begins(prefix ?? '/');
  return some([header(':path', { matchPattern: { case: 'exact', value: exact } }), begins(`${exact}?`)]);
}

function header(name: string, value: StringMatcher): Predicate {
  const input = { name, typedConfig: typed(HttpRequestHeaderMatchInputSchema, { headerName: name }) };
  return {
    matchType: { case: 'singlePredicate', value: { input, matcher: { case: 'valueMatch', value } } },
  };
}

/** The address of the connection itself: X-Forwarded-For, which a caller may make up, does not count. */
function addressIn(ranges: readonly string[], protocol: 'http' | 'tcp'): Predicate {
  const schema = protocol === 'http' ? DirectSourceIPInputSchema : SourceIPInputSchema;
  const cidrRanges = ranges.flatMap((range) => {
    const parsed = cidr(range);
    return 'value' in parsed ? [{ addressPrefix: parsed.value.address, prefixLen: parsed.value.prefix }] : [];
  });
  const value = { name: 'ip', typedConfig: typed(IpSchema, { cidrRanges, statPrefix: 'daybreak_access' }) };
  const input = { name: 'address', typedConfig: typed(schema, {}) };
  return {
    matchType: { case: 'singlePredicate', value: { input, matcher: { case: 'customMatch', value } } },
  };
}

function every([first, ...others]: readonly Predicate[]): Predicate {
  if (first === undefined) throw new Error('a condition has at least one part');
  if (others.length === 0) return first;
  return { matchType: { case: 'andMatcher', value: { predicate: [first, ...others] } } };
}

function some([first, ...others]: readonly Predicate[]): Predicate {
  if (first === undefined) throw new Error('a condition has at least one choice');
  if (others.length === 0) return first;
  return { matchType: { case: 'orMatcher', value: { predicate: [first, ...others] } } };
}
