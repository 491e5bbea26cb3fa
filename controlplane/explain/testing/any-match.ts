import * as fc from 'fast-check';
import type { HttpRouteMatch } from '../../model/types.ts';
import { matchOf, valueOf, type Words } from './any-header.ts';

/** Paths for routes, which requests also use unchanged. */
export const PATHS = ['/', '/a', '/a/', '/a/b', '/A', '/a%2fb', '/a;', '/%7B', '/..;/a', '/a/./b', '//a'];

const PSEUDO: Readonly<Record<string, readonly string[]>> = {
  host: ['one.local', 'ONE.local', 'one.local:9080', 'one.local.', 'a'],
  ':authority': ['one.local', 'one.local:9080', 'h', ''],
  ':method': ['GET', 'POST', 'get'],
  ':scheme': ['http', 'https'],
  ':path': ['/', '/a', '/a?q=v', '/a?'],
  ':nothing': ['a'],
};

/** Returns the conditions of an http2 route of a virtual router, with headers of these names. */
export function anyMatch(words: Words): fc.Arbitrary<HttpRouteMatch> {
  const header = fc.constantFrom(...words.names, ...words.names, ...Object.keys(PSEUDO)).chain((name) => {
    const pseudo = PSEUDO[name];
    const value = pseudo === undefined ? valueOf(name, words) : fc.constantFrom(...pseudo);
    return fc.record({ name: fc.constant(name), match: matchOf(value), invert: fc.boolean() });
  });
  const parameter = fc.record({
    name: fc.constantFrom('q', 'Q', '%71', 'x'),
    match: fc.constantFrom(
      undefined,
      { exact: 'v' },
      { exact: '' },
      { exact: 'a%20b' },
      { exact: 'a+b' },
      { exact: 'v=w' },
    ),
  });
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...PATHS.slice(0, 2)).map((prefix) => ({ prefix })) },
    fc.constantFrom(...PATHS).map((prefix) => ({ prefix })),
    fc.constantFrom(...PATHS).map((exact) => ({ path: { exact } })),
    fc
      .constantFrom('/.*', '/a/?.*', '/[^/]*', '(?i)/a.*', '/.*é', '/a{1}')
      .map((regex) => ({ path: { regex } })),
  );
  return fc
    .tuple(
      path,
      fc.record({
        headers: inPart(6, fc.array(header, { minLength: 1, maxLength: 2 })),
        queryParameters: inPart(2, fc.array(parameter, { minLength: 1, maxLength: 1 })),
        method: inPart(1, fc.constantFrom('GET', 'POST', 'CONNECT')),
        scheme: inPart(1, fc.constantFrom('http', 'https')),
      }),
    )
    .map(([one, rest]) => ({ ...one, ...rest }) as HttpRouteMatch);
}

/** Returns a value in `cases` of ten cases. */
function inPart<T>(cases: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 10 - cases, arbitrary: fc.constant(undefined) }, { weight: cases, arbitrary });
}
