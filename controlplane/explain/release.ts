/** The differences between releases of Envoy that affect routing. */
export type Release = {
  /** Its number, e.g. `1.40.0`. */
  readonly version: string;
  /** Duplicate header lines are compared one by one; before, joined by commas. */
  readonly comparesEachLine: boolean;
  /** Expressions match bytes; before, UTF-8 characters. */
  readonly matchesBytes: boolean;
  /** `/..;x/` counts as a segment of two dots. */
  readonly stripsDotParameters: boolean;
  /** `x-envoy-upstream-stream-duration-ms` is removed like its siblings. */
  readonly removesStreamDuration: boolean;
  /** HTTP/1.1 knows the method QUERY, which requires a content type over both versions. */
  readonly knowsQuery: boolean;
};

/** The tested releases, the current one first; a proxy that is not connected is assumed to run one of them. */
export const TRIED_VERSIONS: readonly [string, ...string[]] = ['1.40.0', '1.37.0'];

type Numbers = readonly [minor: number, patch: number];

// From Envoy's release notes: the security fixes of 1.39.1 were backported to older releases.
const SECURITY_FIXES: readonly Numbers[] = [
  [36, 10],
  [37, 6],
  [38, 4],
  [39, 1],
];

/** Returns the release of a client by name and version, e.g. `envoy 1.40.0`; undefined unless it is Envoy 1. */
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
