import type { JSX } from 'preact';
import type { Rates } from '../model/figures/figures.ts';
import type { Graph } from '../model/graph/graph.ts';
import type { LineLatency } from '../model/figures/latencies.ts';
import type { ProxySummary } from '../model/proxies.ts';
import type { Texts } from '../text/texts.ts';
import type { Layout } from './layout.ts';
import { isBusy, LineView } from './line-view.tsx';
import { neighbourhood } from './moves.ts';
import { PieceView } from './piece-view.tsx';

/** Arguments of the picture of a map. */
export type MapPictureProps = {
  readonly t: Texts;
  readonly graph: Graph;
  readonly layout: Layout;
  /** Undefined: not known. */
  readonly proxies: ReadonlyMap<string, ProxySummary> | undefined;
  readonly rates: Rates;
  /** The p99 of lines for which it was asked, by key. */
  readonly latencies: ReadonlyMap<string, LineLatency>;
  /** The piece that is chosen: all but its neighbours are dim. */
  readonly chosen: string | undefined;
  /** The piece at which the Tab key stops. */
  readonly focused: string | undefined;
  /** Text that a piece's name has to contain; the others are dim. */
  readonly search: string;
  readonly onChoose: (key: string) => void;
  readonly onFocus: (key: string) => void;
};

/** The dots of more lines with traffic stand still: a browser without a graphics card draws nearly the whole map for each of their moves. */
const MOVING_LINES = 50;

/** The lines and pieces of a map. */
export function MapPicture(props: MapPictureProps): JSX.Element {
  const { t, graph, layout, proxies, rates, latencies, chosen, focused, search } = props;
  const { onChoose, onFocus } = props;
  const near = chosen === undefined ? undefined : neighbourhood(graph, chosen);
  const wanted = search.trim().toLowerCase();
  const isDim = (key: string, name: string): boolean =>
    (near !== undefined && !near.has(key)) || (wanted !== '' && !name.toLowerCase().includes(wanted));
  const pieces = graph.pieces.filter(({ key }) => layout.pieces[key] !== undefined);
  const tabStop = focused !== undefined && layout.pieces[focused] !== undefined ? focused : pieces[0]?.key;
  const busy = graph.lines.filter(({ key }) => isBusy(rates.lines.get(key))).length;
  return (
    <g class={busy > MOVING_LINES ? 'calm' : undefined}>
      {graph.lines.map((line) => {
        const from = layout.pieces[line.from];
        const to = layout.pieces[line.to];
        if (from === undefined || to === undefined) return null;
        const dim = near !== undefined ? line.from !== chosen && line.to !== chosen : wanted !== '';
        return (
          <LineView
            key={line.key}
            t={t}
            line={line}
            points={layout.lines[line.key] ?? [from, to]}
            from={from}
            to={to}
            rate={rates.lines.get(line.key)}
            latency={latencies.get(line.key)}
            dim={dim}
          />
        );
      })}
      {pieces.map((piece) => (
        <PieceView
          key={piece.key}
          t={t}
          piece={piece}
          at={layout.pieces[piece.key] ?? { x: 0, y: 0 }}
          proxies={proxies === undefined ? 'unknown' : proxies.get(piece.key)}
          rate={rates.pieces.get(piece.key)}
          chosen={piece.key === chosen}
          dim={isDim(piece.key, `${piece.name} ${piece.members?.join(' ') ?? ''}`)}
          tabStop={piece.key === tabStop}
          onChoose={onChoose}
          onFocus={onFocus}
        />
      ))}
    </g>
  );
}
