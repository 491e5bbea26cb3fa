import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '../ads/identity.ts';
import type { AskedRequest } from './asked-request.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { releaseOf, TRIED_VERSIONS, type Release } from './release.ts';
import type { Served } from './served.ts';

/** An explanation for one release of Envoy, and the releases with a different one. */
export type ByRelease = Explanation & {
  readonly envoy: {
    /** Its release, e.g. `1.40.0`. */
    readonly version: string;
    /** Whether a connected proxy declared this release. */
    readonly connected: boolean;
  };
  readonly others: readonly (Omit<Explanation, 'proxy'> & { readonly version: string })[];
};

/**
 * Explains a request for the connected Envoys, each by the name and version that it declares, e.g. `envoy 1.40.0`. If none is
 * connected or declares one, it explains the tested releases, the current one first.
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

function without({ passes, outcome }: Explanation): Pick<Explanation, 'passes' | 'outcome'> {
  return { passes, outcome };
}

/** Lists each release once, in the given order. */
function releasesOf(versions: readonly string[]): readonly Release[] {
  return [...new Set(versions)].flatMap((version) => releaseOf(version) ?? []);
}
