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
 * Returns the matcher of a decision: the denies for all callers; then a map by the caller's SPIFFE id, so that thousands of callers cost a
 * request no more than ten; below it, the steps of that caller. The first match wins. A request that no step admits is refused.
 */
export function accessMatcher(program: Program, protocol: 'http' | 'tcp'): AccessMatcher {
  const { first } = program;
  const rest = byCaller(program, protocol);
  return first.length === 0 ? rest : list(first, protocol, { onMatch: { case: 'matcher', value: rest } });
}

function byCaller({ byId, others }: Program, protocol: 'http' | 'tcp'): AccessMatcher {
  const otherwise = chosen(others, protocol);
  if (byId.size === 0) return { onNoMatch: otherwise };
  const map = Object.fromEntries(Array.from(byId, ([id, steps]) => [id, chosen(steps, protocol)]));
  const input = { name: 'uri-san', typedConfig: typed(UriSanInputSchema, {}) };
  return {
    matcherType: {
      case: 'matcherTree',
      value: { input, treeType: { case: 'exactMatchMap', value: { map } } },
    },
    onNoMatch: otherwise,
  };
}

function chosen(steps: readonly Step[], protocol: 'http' | 'tcp'): OnMatch {
  const last = steps.at(-1);
  const conditions = steps.slice(0, -1);
  if (last === undefined) throw new Error('a decision has at least one step');
  if (conditions.length === 0) return action(last);
  return { onMatch: { case: 'matcher', value: list(conditions, protocol, action(last)) } };
}

function list(steps: readonly Step[], protocol: 'http' | 'tcp', onNoMatch: OnMatch): AccessMatcher {
  const matchers = steps.map(
    (step): MessageInitShape<typeof Matcher_MatcherList_FieldMatcherSchema> => ({
      predicate: predicate(step, protocol),
      onMatch: action(step),
    }),
  );
  return { matcherType: { case: 'matcherList', value: { matchers } }, onNoMatch };
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
