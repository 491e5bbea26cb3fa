import type { SpecChange } from '../../controlplane/console/contract.ts';
import { CallError } from '../api/call.ts';
import type { Typed } from '../model/resources.ts';
import { versionKey } from '../model/routes/splits.ts';
import { standingOf, type Standing } from '../model/routes/standing.ts';

/** Reads since when the weights of routes stand, each version of a route once. */
export type StandingReader = {
  /** Reads those of these routes that are not known, and forgets all others: a route has many versions in a day. */
  readonly want: (routes: readonly Typed<'route'>[]) => void;
  readonly stop: () => void;
};

/** Inputs of a reader. `show`: gets what is known, by `versionKey`. `wait`: as `setTimeout`. */
export type StandingReaderOptions = {
  readonly read: (route: Typed<'route'>) => Promise<readonly SpecChange[]>;
  readonly show: (known: ReadonlyMap<string, Standing>) => void;
  readonly wait: (then: () => void) => void;
};

/** Creates a reader. An entry is missing until it is read, and without the permission. While the control plane is away, the reader tries again. */
export function createStandingReader({ read, show, wait }: StandingReaderOptions): StandingReader {
  let wanted: ReadonlySet<string> = new Set();
  let asked = new Set<string>();
  let known: ReadonlyMap<string, Standing> = new Map();
  const ask = (route: Typed<'route'>, key: string): void => {
    const take = (changes: readonly SpecChange[]): void => {
      if (!wanted.has(key)) return;
      known = new Map([...known, [key, standingOf(changes)]]);
      show(known);
    };
    read(route).then(take, (error: unknown) => {
      const isAway = error instanceof CallError && error.code === 'away';
      if (isAway && wanted.has(key)) wait(() => wanted.has(key) && ask(route, key));
    });
  };
  return {
    want(routes) {
      const keyed = routes.map((route) => [versionKey(route), route] as const);
      wanted = new Set(keyed.map(([key]) => key));
      known = new Map([...known].filter(([key]) => wanted.has(key)));
      const before = asked;
      asked = new Set(wanted);
      for (const [key, route] of keyed) if (!before.has(key)) ask(route, key);
    },
    stop() {
      wanted = new Set();
    },
  };
}
