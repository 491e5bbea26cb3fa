import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '../ads/identity.ts';
import type { AskedRequest } from './asked-request.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { releaseOf, TRIED_VERSIONS, type Release } from './release.ts';
import type { Served } from './served.ts';

/** An explanation for one release of Envoy, and those releases for which it is another one. */
export type ByRelease = Explanation & {
  readonly envoy: {
    /** Its release, e.g. `1.40.0`. */
    readonly version: string;
    /** Whether a connected proxy said that it is this one. */
    readonly connected: boolean;
  };
  readonly others: readonly (Omit<Explanation, 'proxy'> & { readonly version: string })[];
};

/**
 * Explains a request for the Envoys that are connected, each by its name and version as it says them, e.g. `envoy 1.40.0`;
 * where none is, or none says it, for the releases that are tried, the usual one first.
 */
export function explainByRelease(
  served: Served,
  identity: Identity,
  asked: AskedRequest,
  envoys: readonly string[],
): ByRelease {
  const said = releasesOf(envoys);
  const [first, ...rest] = said.length > 0 ? said : releasesOf(TRIED_VERSIONS);
  if (first === undefined) throw new Error('no release of Envoy is tried');
  const explanation = explain(served, identity, asked, first);
  const others = rest.flatMap((release) => {
    const { passes, outcome } = explain(served, identity, asked, release);
    const same = isDeepStrictEqual({ passes, outcome }, without(explanation));
    return same ? [] : [{ version: release.version, passes, outcome }];
  });
  return { ...explanation, envoy: { version: first.version, connected: said.length > 0 }, others };
}

function without({ passes, outcome }: Explanation): Omit<Explanation, 'proxy'> {
  return { passes, outcome };
}

/** Each release once, in the order given. */
function releasesOf(versions: readonly string[]): readonly Release[] {
  return [...new Set(versions)].flatMap((version) => releaseOf(version) ?? []);
}
