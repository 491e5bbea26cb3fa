import { useEffect, useRef, useState } from 'preact/hooks';
import type { History } from '../../controlplane/console/contract.ts';
import { call, query } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import type { Typed } from '../model/resources.ts';
import { versionKey } from '../model/splits.ts';
import { standingOf, type Standing } from '../model/standing.ts';

/** Returns since when the weights of routes stand, by `versionKey`. An entry is missing until it is read, and without the permission. */
export function useStandings(
  { mesh, owner }: MeshName,
  routes: readonly Typed<'route'>[],
): ReadonlyMap<string, Standing> {
  const [known, setKnown] = useState<ReadonlyMap<string, Standing>>(new Map());
  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const route of routes) {
      const key = versionKey(route);
      if (asked.current.has(key)) continue;
      asked.current.add(key);
      const of = { kind: 'route', name: route.name, parent: route.parent };
      const path = `/console/history${query({ mesh, owner: owner === '' ? undefined : owner, ...of, limit: '20' })}`;
      call<History>(path).then(
        ({ changes }) => setKnown((before) => new Map([...before, [key, standingOf(changes)]])),
        () => undefined,
      );
    }
  }, [routes.map(versionKey).join('\n')]);
  return known;
}
