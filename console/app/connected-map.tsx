import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { MapPage } from '../pages/map-page.tsx';
import { flow, summaries } from '../state/derived.ts';
import { keepLatencies, lineLatencies } from '../state/latencies.ts';
import { courseOf } from '../model/figures/figures.ts';
import { securityIn } from '../model/security/security.ts';
import {
  figures,
  graph,
  mapLayout,
  openGroups,
  rates,
  shownGraph,
  shownMesh,
  texts,
} from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';

const search = signal('');

/** The map of the mesh on view. The chosen piece is in the address, so that a link to it works. */
export function ConnectedMap({ shown, at, model }: PageState): JSX.Element {
  const chosen = shown.rest.length === 0 ? undefined : shown.rest.join('/');
  const { authorization } =
    chosen?.startsWith('virtualNode/') === true
      ? securityIn(model)(chosen)
      : { authorization: 'OFF' as const };
  return (
    <MapPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      graph={shownGraph.value}
      whole={graph.value.pieces.length}
      layout={mapLayout.value?.mesh === shownMesh.value ? mapLayout.value.layout : undefined}
      proxies={summaries.value}
      rates={rates.value}
      latencies={lineLatencies.value}
      course={courseOf(shown.rest.join('/'), figures.value)}
      chosen={chosen}
      authorization={authorization}
      search={search.value}
      onSearch={(text) => {
        search.value = text;
      }}
      onChoose={(key) => {
        const { owner } = shown;
        location.hash = addressOf({
          mesh: at.mesh,
          owner,
          page: 'map',
          rest: key === undefined ? [] : [key],
        });
      }}
      flow={flow.value}
      isOpened={openGroups.value.size > 0}
      onOpenGroup={(key) => {
        openGroups.value = new Set([...openGroups.value, key]);
      }}
      onCloseGroups={() => {
        openGroups.value = new Set();
      }}
      onLatencies={keepLatencies}
    />
  );
}
