/** What releases of Envoy do differently when they look for a route. */
export type Release = {
  /** Its number, e.g. `1.40.0`. */
  readonly version: string;
  /** The lines of a header that came twice are compared one by one; before, joined by commas. */
  readonly comparesEachLine: boolean;
  /** Expressions read a text as bytes; before, as UTF-8. */
  readonly matchesBytes: boolean;
  /** `/..;x/` is a segment of two dots. */
  readonly stripsDotParameters: boolean;
  /** `x-envoy-upstream-stream-duration-ms` is taken away like its siblings. */
  readonly removesStreamDuration: boolean;
  /** HTTP/1.1 knows the method QUERY, which must have a content type over either version. */
  readonly knowsQuery: boolean;
};

/** The releases that are tried: what a proxy is taken for that is not connected, the usual one first. */
export const TRIED_VERSIONS: readonly [string, ...string[]] = ['1.40.0', '1.37.0'];

type Numbers = readonly [minor: number, patch: number];

// From Envoy's notes on its releases: the security fixes of 1.39.1 went into older ones too.
const SECURITY_FIXES: readonly Numbers[] = [
  [36, 10],
  [37, 6],
  [38, 4],
  [39, 1],
];

/** The release of a client by its name and version, e.g. `envoy 1.40.0`; undefined for what is no Envoy 1. */
export function releaseOf(client: string): Release | undefined {
  const [, minor, patch] = /^(?:envoy )?1\.(\d+)\.(\d+)$/.exec(client) ?? [];
  if (minor === undefined || patch === undefined) return undefined;
  const numbers: Numbers = [Number(minor), Number(patch)];
  const fixed =
    numbers[0] >= 40 || SECURITY_FIXES.some(([line, from]) => numbers[0] === line && numbers[1] >= from);
  return {
    version: `1.${minor}.${patch}`,
    comparesEachLine: numbers[0] >= 39,
    matchesBytes: fixed,
    stripsDotParameters: fixed,
    removesStreamDuration: numbers[0] >= 40,
    knowsQuery: numbers[0] >= 40,
  };
}
