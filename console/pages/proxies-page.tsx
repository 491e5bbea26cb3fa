import type { JSX } from 'preact';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { addressOf } from '../app/place.ts';
import { pieceOf, STATES, type ProxyState } from '../model/proxies.ts';
import { Command } from '../parts/command.tsx';
import { Empty } from '../parts/empty.tsx';
import { Name } from '../parts/name.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import type { Loaded } from '../state/state.ts';
import { ago, duration, type Texts } from '../text/texts.ts';

/** The state of the list of proxies. */
export type ProxiesPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly proxies: Loaded<readonly ProxyStatus[]>;
  readonly filter: ProxyState | 'all';
  /** Text that a proxy's name, address or version has to contain. */
  readonly search: string;
  readonly onFilter: (filter: ProxyState | 'all') => void;
  readonly onSearch: (text: string) => void;
};

/** How many proxies the list shows at most: the filters find the others. */
const SHOWN = 300;

/** All proxies of a mesh with their states. */
export function ProxiesPage(props: ProxiesPageProps): JSX.Element {
  const { t, proxies } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.proxies}</h1>
        <p class="lead">{t.proxies.lead}</p>
      </header>
      {proxies.state === 'ready' ? (
        <List {...props} proxies={proxies.value} />
      ) : (
        <NotReady t={t} state={proxies} />
      )}
    </div>
  );
}

type ListProps = Omit<ProxiesPageProps, 'proxies'> & { readonly proxies: readonly ProxyStatus[] };

function List(props: ListProps): JSX.Element {
  const { t, mesh, proxies, filter, search } = props;
  if (proxies.length === 0) {
    return (
      <div class="card">
        <Empty title={t.proxies.none}>
          <p>{t.proxies.noneHow}</p>
          <Command t={t} text={`APPMESH_RESOURCE_ARN=mesh/${mesh}/virtualNode/NODE`} />
        </Empty>
      </div>
    );
  }
  const wanted = search.trim().toLowerCase();
  const matching = proxies.filter(
    ({ state, resource, peer, envoy, agent }) =>
      (filter === 'all' || state === filter) &&
      `${resource} ${peer} ${envoy} ${agent}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <Filter {...props} />
      {matching.length === 0 ? (
        <p class="quiet">{t.proxies.noMatch}</p>
      ) : (
        <div class="card scroll">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t.proxies.resource}</th>
                <th scope="col">{t.proxies.state}</th>
                <th scope="col">{t.proxies.runsOn}</th>
                <th scope="col">{t.proxies.envoy}</th>
                <th scope="col">{t.proxies.agent}</th>
                <th scope="col">{t.proxies.certificate}</th>
                <th scope="col">{t.proxies.since}</th>
              </tr>
            </thead>
            <tbody>
              {matching.slice(0, SHOWN).map((proxy) => (
                <Row key={`${proxy.resource} ${proxy.peer}`} {...props} proxy={proxy} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {matching.length > SHOWN ? <p class="quiet">{t.proxies.more(matching.length - SHOWN)}</p> : null}
    </>
  );
}

function Filter({ t, proxies, filter, search, onFilter, onSearch }: ListProps): JSX.Element {
  const present = STATES.filter((state) => proxies.some((proxy) => proxy.state === state));
  const choices = ['all' as const, ...present];
  return (
    <div class="row">
      <div class="segments" role="group" aria-label={t.proxies.filter}>
        {choices.map((each) => (
          <button key={each} type="button" aria-pressed={each === filter} onClick={() => onFilter(each)}>
            {`${each === 'all' ? t.proxies.all : t.proxies.states[each]} ${
              proxies.filter(({ state }) => each === 'all' || state === each).length
            }`}
          </button>
        ))}
      </div>
      <input
        type="search"
        aria-label={t.proxies.search}
        placeholder={t.proxies.search}
        value={search}
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
      />
    </div>
  );
}

function Row({ t, mesh, owner, now, proxy }: ListProps & { proxy: ProxyStatus }): JSX.Element {
  const { resource, state, report, types, envoy, agent, peer, connectedAt } = proxy;
  const piece = pieceOf(resource, { mesh, owner }) ?? resource;
  const errors = types.flatMap(({ type, error }) => (error === undefined ? [] : [{ type, error }]));
  const [certificate] = report?.certificates ?? [];
  return (
    <tr>
      <td>
        <a class="name" href={addressOf({ mesh, owner, page: 'proxies', rest: piece.split('/') })}>
          <Name text={piece.slice(piece.indexOf('/') + 1)} />
        </a>
        <div class="quiet small">{peer}</div>
        {errors.map(({ type, error }) => (
          <div key={type} class="note bad small">
            <code>{error}</code>
          </div>
        ))}
      </td>
      <td>
        <div class="row">
          <StateBadge t={t} state={state} />
          {report?.draining === true ? <span class="badge warn">{t.proxies.draining}</span> : null}
          {report?.ready === false ? <span class="badge warn">{t.proxies.notReady}</span> : null}
        </div>
        {report === undefined || report.reason === '' ? null : <div class="quiet small">{report.reason}</div>}
      </td>
      <td class="nowrap">
        {report?.runsOn === undefined ? (
          '–'
        ) : report.runsOn.source === 'live' ? (
          t.proxies.live
        ) : (
          <span class="badge warn">
            {t.proxies.lastGood(duration(t, now - Date.parse(report.runsOn.since)))}
          </span>
        )}
      </td>
      <td class="nowrap">{envoy.replace(/^envoy /, '')}</td>
      <td class="nowrap">{agent === '' ? '–' : agent}</td>
      <td class="nowrap">
        {certificate === undefined ? (
          <span class="quiet">{t.proxies.noCertificate}</span>
        ) : Date.parse(certificate.ends) <= now ? (
          <span class="badge bad">{t.proxies.expired}</span>
        ) : (
          t.proxies.left(duration(t, Date.parse(certificate.ends) - now))
        )}
      </td>
      <td class="nowrap">
        <time dateTime={connectedAt}>{ago(t, connectedAt, now)}</time>
      </td>
    </tr>
  );
}
