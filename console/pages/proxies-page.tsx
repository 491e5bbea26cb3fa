import type { JSX } from 'preact';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { addressOf } from '../app/place.ts';
import { pieceOf, STATES, type ProxyState } from '../model/proxies.ts';
import { Command } from '../parts/command.tsx';
import { Empty } from '../parts/empty.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { ago, duration, type Texts } from '../text/texts.ts';

/** The state of the list of proxies. */
export type ProxiesPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly proxies: readonly ProxyStatus[];
  readonly filter: ProxyState | 'all';
  readonly onFilter: (filter: ProxyState | 'all') => void;
};

/** All proxies of a mesh with their states. */
export function ProxiesPage(props: ProxiesPageProps): JSX.Element {
  const { t, mesh, proxies, filter } = props;
  const shown = proxies.filter(({ state }) => filter === 'all' || state === filter);
  return (
    <div class="page">
      <header>
        <h1>{t.pages.proxies}</h1>
        <p class="lead">{t.proxies.lead}</p>
      </header>
      {proxies.length === 0 ? (
        <div class="card">
          <Empty title={t.proxies.none}>
            <p>{t.proxies.noneHow}</p>
            <Command t={t} text={`APPMESH_RESOURCE_ARN=mesh/${mesh}/virtualNode/NODE`} />
          </Empty>
        </div>
      ) : (
        <>
          <Filter {...props} />
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
                {shown.map((proxy) => (
                  <Row key={`${proxy.resource} ${proxy.peer}`} {...props} proxy={proxy} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  );
}

function Filter({ t, proxies, filter, onFilter }: ProxiesPageProps): JSX.Element {
  const present = STATES.filter((state) => proxies.some((proxy) => proxy.state === state));
  const choices = ['all' as const, ...present];
  return (
    <div>
      <div class="segments" role="group" aria-label={t.proxies.filter}>
        {choices.map((each) => (
          <button key={each} type="button" aria-pressed={each === filter} onClick={() => onFilter(each)}>
            {`${each === 'all' ? t.proxies.all : t.proxies.states[each]} ${
              proxies.filter(({ state }) => each === 'all' || state === each).length
            }`}
          </button>
        ))}
      </div>
    </div>
  );
}

function Row({ t, mesh, owner, now, proxy }: ProxiesPageProps & { proxy: ProxyStatus }): JSX.Element {
  const { resource, state, report, types, envoy, agent, peer, connectedAt } = proxy;
  const piece = pieceOf(resource, mesh) ?? resource;
  const errors = types.flatMap(({ type, error }) => (error === undefined ? [] : [{ type, error }]));
  const [certificate] = report?.certificates ?? [];
  return (
    <tr>
      <td>
        <a class="name" href={addressOf({ mesh, owner, page: 'proxies', rest: piece.split('/') })}>
          {piece.slice(piece.indexOf('/') + 1)}
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
