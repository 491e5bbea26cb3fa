import type { JSX } from 'preact';
import type { AuthorizationMode } from '../../controlplane/model/daybreak-types.ts';
import type { Course, Rates } from '../model/figures/figures.ts';
import type { Graph } from '../model/graph/graph.ts';
import type { LineLatency } from '../model/figures/latencies.ts';
import type { Latencies } from '../../common/contracts/reports.ts';
import type { ProxySummary } from '../model/proxies.ts';
import type { Layout } from '../map/layout.ts';
import { Legend } from '../map/legend.tsx';
import { MapCanvas } from '../map/map-canvas.tsx';
import { Panel } from '../map/panel.tsx';
import { Empty } from '../parts/empty.tsx';
import type { Texts } from '../text/texts.ts';

/** The state of the map page. */
export type MapPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  /** As it is shown, with groups. */
  readonly graph: Graph;
  /** The number of pieces without groups. */
  readonly whole: number;
  readonly layout: Layout | undefined;
  /** Undefined: not known. */
  readonly proxies: ReadonlyMap<string, ProxySummary> | undefined;
  readonly rates: Rates;
  /** The p99 of lines for which it was asked, by key. */
  readonly latencies: ReadonlyMap<string, LineLatency>;
  readonly course: Course | undefined;
  /** How the chosen piece decides about its callers. */
  readonly authorization: AuthorizationMode;
  readonly flow: Flow;
  /** Whether groups are open. */
  readonly isOpened: boolean;
  readonly chosen: string | undefined;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly onChoose: (key: string | undefined) => void;
  readonly onOpenGroup: (key: string) => void;
  readonly onCloseGroups: () => void;
  readonly onLatencies: (piece: string, found: Latencies) => void;
};

/** Whether figures come: `none`, no proxy is connected; `waiting`, none has come yet; `missing`, some proxies send none. */
export type Flow =
  | { readonly state: 'none' | 'waiting' | 'complete' }
  | { readonly state: 'missing'; readonly proxies: number };

/** The map of a mesh, with its search and the panel of the chosen piece. */
export function MapPage(props: MapPageProps): JSX.Element {
  const { t, mesh, graph, whole, layout, chosen, onChoose } = props;
  const piece = graph.pieces.find(({ key }) => key === chosen);
  return (
    <div class="page wide">
      <h1 class="visually-hidden">{`${t.pages.map}: ${mesh}`}</h1>
      <div class="map-page">
        <MapBar {...props} />
        <div class={`card map-frame ${piece === undefined ? '' : 'with-panel'}`}>
          {whole === 0 ? (
            <Empty title={t.map.empty} />
          ) : layout === undefined ? (
            <Empty title={t.shell.loading} />
          ) : (
            <>
              <MapCanvas
                key={`${props.owner}/${mesh}`}
                {...props}
                layout={layout}
                chosen={piece?.key}
                onChoose={(key) => onChoose(key === chosen ? undefined : key)}
                onClose={() => onChoose(undefined)}
              />
              <Legend t={t} hasLocks={graph.pieces.some(({ tls }) => tls !== undefined)} />
            </>
          )}
          {piece === undefined ? null : (
            <Panel
              {...props}
              piece={piece}
              proxies={props.proxies?.get(piece.key)}
              onClose={() => onChoose(undefined)}
            />
          )}
        </div>
      </div>
    </div>
  );
}

/** The search, and notes about the map. */
function MapBar(props: MapPageProps): JSX.Element {
  const { t, graph, search, onSearch, onChoose } = props;
  const wanted = search.trim().toLowerCase();
  const hit =
    wanted === '' ? undefined : graph.pieces.find(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <div class="map-bar">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (hit !== undefined) onChoose(hit.key);
        }}
      >
        <input
          type="search"
          aria-label={t.map.search}
          placeholder={t.map.searchHint}
          value={search}
          onInput={({ currentTarget }) => onSearch(currentTarget.value)}
        />
      </form>
      <span class="quiet small" role="status">
        {wanted !== '' && hit === undefined ? t.map.noMatch : noticeOf(props)}
      </span>
      {props.isOpened ? (
        <button type="button" class="button slim" onClick={props.onCloseGroups}>
          {t.map.closeGroups}
        </button>
      ) : null}
    </div>
  );
}

/** That the map shows groups, or that figures are missing. */
function noticeOf({ t, graph, whole, flow }: MapPageProps): string {
  const notices = [
    ...(graph.pieces.length < whole ? [t.map.grouped(whole)] : []),
    ...(flow.state === 'waiting' ? [t.map.waiting] : []),
    ...(flow.state === 'missing' ? [t.map.noFigures(flow.proxies)] : []),
  ];
  return notices.join(' ');
}
