import type { JSX } from 'preact';
import { rateText, type Rate } from '../model/figures/figures.ts';
import type { Line } from '../model/graph/graph.ts';
import type { LineLatency } from '../model/figures/latencies.ts';
import { iconPath } from '../parts/icon.tsx';
import { percent, type Texts } from '../text/texts.ts';
import { latencyText } from './latency-text.ts';
import { LOCK_DASHES } from './lock.ts';
import { PIECE, type Point } from './layout.ts';
import { anchored, middleOf, smoothPath } from './lines.ts';
import { shortened } from './shortened.ts';
import { shareText } from './share-text.ts';

/** The height of a second row of a label, in pixels. */
const ROW = 14;

/** Arguments of a line. `points`: as the layout has them; `from`, `to`: the centres of its pieces. */
export type LineViewProps = {
  readonly t: Texts;
  readonly line: Line;
  readonly points: readonly Point[];
  readonly from: Point;
  readonly to: Point;
  readonly rate: Rate | undefined;
  /** Undefined: the user has not asked for it, or the answer is too old. */
  readonly latency?: LineLatency | undefined;
  readonly dim: boolean;
};

/** Whether requests flow. */
export function isBusy(rate: Rate | undefined): rate is Rate {
  return rate !== undefined && rate.perSecond > 0;
}

/** A line of the map: solid where requests flow, dashed where none do or no figures come, red where the target is missing. */
export function LineView({ t, line, points, from, to, rate, latency, dim }: LineViewProps): JSX.Element {
  const way = anchored(points, from, to, PIECE.width);
  const path = smoothPath(way);
  const end = way.at(-1) ?? to;
  const back = to.x < from.x;
  const busy = isBusy(rate);
  const failing = busy && rate.errors >= 0.01;
  const state = line.fault ? 'fault' : failing ? 'busy failing' : busy ? 'busy' : 'idle';
  const tip = back ? `M${end.x - 7} ${end.y}l9 -4.5v9z` : `M${end.x + 7} ${end.y}l-9 -4.5v9z`;
  return (
    <g class={`flow ${state} ${dim ? 'dim' : ''}`} data-line={line.key} aria-hidden="true">
      <path class="way" d={path} stroke-width={widthOf(line)} />
      {busy ? <path class="dots" d={path} /> : null}
      <path class="tip" d={tip} />
      <Label t={t} line={line} at={middleOf(points)} rate={busy ? rate : undefined} latency={latency} />
    </g>
  );
}

function widthOf({ routes }: Line): number {
  return routes.length === 1 ? 1.2 + (routes[0]?.share ?? 0) * 1.8 : 1.5;
}

/** Returns the text of a line's weights; none for lines of a gateway, because each of its routes has one target. */
function weightText({ from, routes }: Line): string | undefined {
  if (from.startsWith('virtualGateway/') || routes.length === 0) return undefined;
  const [first, ...more] = routes;
  if (first === undefined) return undefined;
  return more.length === 0
    ? shortened(shareText(first), 20)
    : `${shortened(shareText(first), 18)} +${more.length}`;
}

function Label({
  t,
  line,
  at,
  rate,
  latency,
}: Pick<LineViewProps, 't' | 'line' | 'rate' | 'latency'> & { at: Point }): JSX.Element | null {
  const parts: JSX.Element[] = [];
  const texts: string[] = [];
  const add = (text: string, kind: string) => {
    parts.push(<tspan class={kind}>{`${texts.length === 0 ? '' : ' · '}${text}`}</tspan>);
    texts.push(text);
  };
  const weight = weightText(line);
  if (weight !== undefined) add(weight, 'weight');
  if (rate !== undefined) add(t.map.perSecond(rateText(rate.perSecond)), 'rate');
  if (rate !== undefined && rate.errors > 0) add(t.map.errors(percent(rate.errors)), 'errors');
  const p99 = latency === undefined ? '' : latencyText(t, latency);
  const isAlone = texts.length === 0 && line.lock === undefined;
  if (isAlone && p99 === '') return null;
  const lock = line.lock === undefined ? 0 : 14;
  const width = Math.max(texts.join(' · ').length, p99.length) * 6.4 + 16 + lock;
  // A second row takes the room between this label and the next ones: the layout is the same with and without it.
  const rise = p99 === '' || isAlone ? 0 : ROW / 2;
  return (
    <g transform={`translate(${at.x} ${at.y})`}>
      <rect class="pill" x={-width / 2} y={-10 - rise} width={width} height={20 + 2 * rise} rx="10" />
      {line.lock === undefined ? null : (
        <g class="piece" transform={`translate(${-width / 2 + 6} ${-8 - rise}) scale(0.6)`}>
          <path
            class="lock"
            d={iconPath('lock')}
            stroke-dasharray={line.lock === 'closed' ? undefined : LOCK_DASHES}
          />
        </g>
      )}
      <text x={lock / 2} y={4 - rise}>
        {parts}
      </text>
      {p99 === '' ? null : (
        <text class="p99" x={lock / 2} y={4 + rise}>
          {p99}
        </text>
      )}
    </g>
  );
}
