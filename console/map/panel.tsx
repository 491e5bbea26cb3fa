import type { JSX } from 'preact';
import type { AuthorizationMode } from '../../controlplane/model/daybreak-types.ts';
import { addressOf } from '../app/place.ts';
import { rateText, type Course, type Rates } from '../model/figures/figures.ts';
import { LatenciesOf } from './latencies.tsx';
import type { Latencies } from '../../common/contracts/reports.ts';
import type { LineLatency } from '../model/figures/latencies.ts';
import { latencyText } from './latency-text.ts';
import { shareText } from './share-text.ts';
import type { Graph, Line, Piece } from '../model/graph/graph.ts';
import type { ProxySummary } from '../model/proxies.ts';
import { Chart } from '../parts/chart.tsx';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { percent, type Texts } from '../text/texts.ts';

/** Arguments of the panel. */
export type PanelProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly graph: Graph;
  readonly piece: Piece;
  readonly proxies: ProxySummary | undefined;
  /** How a virtual node decides about its callers. */
  readonly authorization: AuthorizationMode;
  readonly rates: Rates;
  /** The p99 of lines for which it was asked, by key. */
  readonly latencies: ReadonlyMap<string, LineLatency>;
  /** The requests of the chosen piece over time. */
  readonly course: Course | undefined;
  readonly onChoose: (key: string) => void;
  readonly onOpenGroup: (key: string) => void;
  readonly onClose: () => void;
  readonly onLatencies: (piece: string, found: Latencies) => void;
};

/** The panel beside the map: the chosen piece, its neighbours, and the ways to its pages. */
export function Panel(props: PanelProps): JSX.Element {
  const { t, mesh, owner, graph, piece, proxies, onClose, onOpenGroup } = props;
  const at = { mesh, owner };
  const callers = graph.lines.filter(({ to }) => to === piece.key);
  const callees = graph.lines.filter(({ from }) => from === piece.key);
  return (
    <aside class="map-panel" aria-label={piece.name} tabIndex={-1}>
      <div class="row">
        <span class="badge">
          {piece.kind === 'group' ? t.map.group(piece.members?.length ?? 0) : t.kinds[piece.kind]}
        </span>
        {proxies === undefined ? null : <StateBadge t={t} state={proxies.worst} />}
        {piece.tls === undefined ? null : <span class="badge good">{t.map[piece.tls]}</span>}
        {props.authorization === 'OFF' ? null : (
          <span class="badge info">{t.map.authorization[props.authorization]}</span>
        )}
        <button type="button" class="button icon panel-close" aria-label={t.map.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <h2>
        <Name text={piece.name} />
      </h2>
      {piece.detail === '' || piece.kind === 'group' ? null : <p class="quiet mono">{piece.detail}</p>}
      {piece.fault === undefined ? null : <p class="note bad">{faultText(t, piece)}</p>}
      <div class="row">
        {piece.kind === 'virtualService' && piece.fault !== 'missing' ? (
          <a class="button first slim" href={addressOf({ ...at, page: 'service', rest: [piece.name] })}>
            {t.map.weights}
          </a>
        ) : null}
        {piece.kind === 'group' ? (
          <button type="button" class="button first slim" onClick={() => onOpenGroup(piece.key)}>
            {t.map.openGroup}
          </button>
        ) : null}
        {(piece.kind === 'virtualNode' || piece.kind === 'virtualGateway') && piece.fault !== 'missing' ? (
          <a class="button slim" href={addressOf({ ...at, page: 'proxies', rest: piece.key.split('/') })}>
            {t.map.proxiesOf}
          </a>
        ) : null}
        {piece.kind === 'group' || piece.fault === 'missing' ? null : (
          <a class="button slim" href={addressOf({ ...at, page: 'resources', rest: [piece.key] })}>
            {t.map.details}
          </a>
        )}
      </div>
      {props.course === undefined ? null : <Chart key={piece.key} label={t.map.course} {...props.course} />}
      {proxies === undefined ? null : (
        <LatenciesOf
          key={`latencies ${piece.key}`}
          t={t}
          mesh={mesh}
          owner={owner}
          from={piece.key}
          onFound={props.onLatencies}
        />
      )}
      <Neighbours {...props} title={t.map.calls} lines={callers} end="from" />
      <Neighbours {...props} title={t.map.leads} lines={callees} end="to" />
    </aside>
  );
}

function faultText(t: Texts, { kind, name, detail, fault }: Piece): string {
  if (fault === 'no provider') return t.problems.fixes.noProvider;
  if (fault === 'no router') return t.problems.fixes.noRouter(detail);
  if (fault === 'no route') return t.problems.fixes.noRoute;
  return kind === 'virtualNode' ? t.problems.fixes.missingNode(name) : t.problems.fixes.missingService(name);
}

function Neighbours({
  t,
  graph,
  title,
  lines,
  end,
  rates,
  latencies,
  onChoose,
}: PanelProps & { title: string; lines: readonly Line[]; end: 'from' | 'to' }): JSX.Element {
  const nameOf = (key: string): string => graph.pieces.find((each) => each.key === key)?.name ?? key;
  return (
    <section class="stack">
      <h3 class="quiet">{title}</h3>
      {lines.length === 0 ? (
        <p class="quiet">{t.map.none}</p>
      ) : (
        <ul>
          {lines.map((line) => {
            const rate = rates.lines.get(line.key);
            const latency = latencies.get(line.key);
            return (
              <li key={line.key}>
                <button type="button" onClick={() => onChoose(line[end])}>
                  {nameOf(line[end])}
                </button>
                <span class="quiet small">
                  {[
                    ...line.routes.map(shareText),
                    ...(rate === undefined ? [] : [t.map.perSecond(rateText(rate.perSecond))]),
                    ...(rate === undefined || rate.errors === 0 ? [] : [t.map.errors(percent(rate.errors))]),
                    ...(latency === undefined ? [] : [latencyText(t, latency)]),
                  ].join(' · ')}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
