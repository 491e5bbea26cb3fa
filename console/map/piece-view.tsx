import type { JSX } from 'preact';
import type { Rate } from '../model/figures/figures.ts';
import { rateText } from '../model/figures/figures.ts';
import { isRequired, type Piece } from '../model/graph/graph.ts';
import type { ProxySummary } from '../model/proxies.ts';
import { iconPath } from '../parts/icon.tsx';
import { TONES } from '../parts/state-badge.tsx';
import { percent, type Texts } from '../text/texts.ts';
import { LOCK_DASHES } from './lock.ts';
import { PIECE, type Point } from './layout.ts';
import { fitted } from './fitted.ts';
import { shortened } from './shortened.ts';

/** The width of a letter of the second line, in pixels: of a wide font. */
const LETTER = 6.2;

/** Arguments of a piece. */
export type PieceViewProps = {
  readonly t: Texts;
  readonly piece: Piece;
  readonly at: Point;
  /** Undefined: none is connected. */
  readonly proxies: ProxySummary | 'unknown' | undefined;
  readonly rate: Rate | undefined;
  readonly chosen: boolean;
  readonly dim: boolean;
  /** Whether the Tab key stops here: it does at one piece of a map. */
  readonly tabStop: boolean;
  readonly onChoose: (key: string) => void;
  readonly onFocus: (key: string) => void;
};

/** A piece of the map: a card with its kind, name, state and TLS. */
export function PieceView(props: PieceViewProps): JSX.Element {
  const { t, piece, at, proxies, rate, chosen, dim, tabStop, onChoose, onFocus } = props;
  const { key, kind, name, fault, tls } = piece;
  const left = at.x - PIECE.width / 2;
  const top = at.y - PIECE.height / 2;
  const sub = subOf(t, piece, proxies, rate);
  const textLeft = sub.dot === undefined ? 50 : 65;
  const classes = [
    'piece',
    kind === 'group' ? 'group' : kind,
    fault === undefined ? '' : 'fault',
    fault === 'missing' ? 'missing' : '',
    chosen ? 'chosen' : '',
    dim ? 'dim' : '',
  ];
  return (
    <g
      class={classes.filter((each) => each !== '').join(' ')}
      transform={`translate(${left} ${top})`}
      role="button"
      tabIndex={tabStop ? 0 : -1}
      data-key={key}
      aria-pressed={chosen}
      onClick={() => onChoose(key)}
      onFocus={() => onFocus(key)}
    >
      <title>{labelOf(t, piece, sub.parts.join(' · '))}</title>
      <rect class="box" width={PIECE.width} height={PIECE.height} rx="10" />
      <rect class="tile" x="9" y="13" width="32" height="32" rx="8" />
      <g transform="translate(14 18) scale(0.9)">
        <path class="glyph" d={iconPath(kind)} />
      </g>
      <text class="title" x="50" y="25" aria-hidden="true">
        {shortened(name === '' ? t.map.group(piece.members?.length ?? 0) : name)}
      </text>
      {sub.dot === undefined ? null : <circle class={`dot ${sub.dot}`} cx="55" cy="39" r="4" />}
      <text aria-hidden="true" class={`sub ${fault === undefined ? '' : 'bad'}`} x={textLeft} y="43">
        {fitted(sub.parts, (PIECE.width - (tls === undefined ? 8 : 28) - textLeft) / LETTER)}
      </text>
      {tls === undefined ? null : (
        <g transform={`translate(${PIECE.width - 24} 33) scale(0.66)`}>
          <path
            class="lock"
            d={iconPath('lock')}
            stroke-dasharray={isRequired(tls) ? undefined : LOCK_DASHES}
          />
        </g>
      )}
    </g>
  );
}

function labelOf(t: Texts, { kind, name, detail, tls, members }: Piece, sub: string): string {
  const what = kind === 'group' ? t.map.group(members?.length ?? 0) : t.kinds[kind];
  const secured = tls === undefined ? [] : [t.map[tls]];
  return [`${what} ${name}`, ...(detail === '' || kind === 'group' ? [] : [detail]), sub, ...secured].join(
    ', ',
  );
}

/** The second line of a piece. `parts`: the most important one first; those for which there is no room are left out. */
type Sub = {
  readonly parts: readonly string[];
  readonly dot: 'good' | 'warn' | 'bad' | 'none' | undefined;
};

function subOf(t: Texts, piece: Piece, proxies: PieceViewProps['proxies'], rate: Rate | undefined): Sub {
  const { kind, fault, detail, members } = piece;
  if (fault === 'missing') return { parts: [t.map.missing], dot: undefined };
  if (fault === 'no provider') return { parts: [t.map.noProvider], dot: undefined };
  if (fault === 'no router') return { parts: [t.map.noRouter], dot: undefined };
  if (fault === 'no route') return { parts: [t.map.noRoute], dot: undefined };
  if (kind === 'group') return { parts: [t.map.group(members?.length ?? 0)], dot: undefined };
  if (kind === 'virtualService') return { parts: [detail], dot: undefined };
  if (proxies === 'unknown') return { parts: [detail], dot: undefined };
  if (proxies === undefined) return { parts: [t.map.noProxy], dot: 'none' };
  const count = proxies.refused > 0 ? t.map.refused(proxies.refused) : t.map.proxies(proxies.count);
  const flow = rate === undefined ? [] : [t.map.perSecond(rateText(rate.perSecond))];
  const errors = rate === undefined || rate.errors === 0 ? [] : [percent(rate.errors)];
  return { parts: [count, ...flow, ...errors], dot: TONES[proxies.worst] };
}
