import { useEffect, useRef, useState } from 'preact/hooks';
import type { History } from '../../controlplane/console/contract.ts';
import { call, query } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import type { Typed } from '../model/resources.ts';
import { versionKey } from '../model/routes/splits.ts';
import type { Standing } from '../model/routes/standing.ts';
import { createStandingReader, type StandingReader } from '../state/standings.ts';

/** How long to wait for a control plane that does not answer, in milliseconds. */
const AGAIN_MS = 2000;

/** Returns since when the weights of routes stand, by `versionKey`. An entry is missing until it is read, and without the permission. */
export function useStandings(
  { mesh, owner }: MeshName,
  routes: readonly Typed<'route'>[],
): ReadonlyMap<string, Standing> {
  const [known, show] = useState<ReadonlyMap<string, Standing>>(new Map());
  const reader = useRef<StandingReader>(undefined);
  reader.current ??= createStandingReader({
    async read({ name, parent }) {
      const of = { mesh, owner: owner === '' ? undefined : owner, kind: 'route', name, parent };
      const { changes } = await call<History>(`/console/history${query({ ...of, limit: '20' })}`);
      return changes;
    },
    show,
    wait: (then) => void setTimeout(then, AGAIN_MS),
  });
  useEffect(() => () => reader.current?.stop(), []);
  useEffect(() => reader.current?.want(routes), [routes.map(versionKey).join('\n')]);
  return known;
}
