import type { QueryParameterMatcher } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { Release } from '../release.ts';
import { MET, metIf, unmet, type Judged } from './judged.ts';
import { textMatches, textWish } from './text-match.ts';

/** Judges a target by a condition on a query parameter. Nothing is decoded; of duplicate names, the first counts. */
export function judgeParameter(
  { name, queryParameterMatchSpecifier: wanted }: QueryParameterMatcher,
  target: string,
  release: Release,
): Judged {
  const value = parametersOf(target).find(([each]) => each === name)?.[1];
  if (value === undefined) return unmet(`query parameter ${name} is missing`);
  if (wanted.case !== 'stringMatch') return MET;
  return metIf(
    textMatches(wanted.value, value, release),
    () => `query parameter ${name} is ${JSON.stringify(value)}, which does not ${textWish(wanted.value)}`,
  );
}

function parametersOf(target: string): readonly (readonly [name: string, value: string])[] {
  const mark = target.indexOf('?');
  if (mark === -1) return [];
  return target
    .slice(mark + 1)
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    });
}
