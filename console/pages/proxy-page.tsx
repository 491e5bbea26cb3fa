import type { JSX } from 'preact';
import type { ProxyDetail, ProxyDetails, ProxyResource } from '../../controlplane/console/contract.ts';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { addressOf } from '../app/place.ts';
import type { Dump, Step } from '../model/way.ts';
import { waysOf } from '../model/way.ts';
import { Difference } from '../parts/difference.tsx';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import type { Loaded } from '../state/state.ts';
import { ago, type Texts } from '../text/texts.ts';
import { ProxyFacts } from './proxy-facts.tsx';

/** The state of the page of the proxies of one resource. */
export type ProxyPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  /** The key of the resource, e.g. `virtualNode/N`. */
  readonly piece: string;
  readonly now: number;
  readonly proxies: readonly ProxyStatus[];
  /** Whether the proxies are known: the caller may see them, and they are read. */
  readonly isKnown: boolean;
  readonly dump: Loaded<Dump>;
  readonly details: Loaded<ProxyDetails>;
};

/** The proxies of one resource: the way of requests through them, and how far their configuration is. */
export function ProxyPage(props: ProxyPageProps): JSX.Element {
  const { t, mesh, owner, piece, proxies, isKnown, dump, details } = props;
  return (
    <div class="page">
      <header>
        <a class="button slim" href={addressOf({ mesh, owner, page: 'proxies' })}>
          <Icon name="back" />
          {t.pages.proxies}
        </a>
        <h1 class="name">
          <Name text={piece.slice(piece.indexOf('/') + 1)} />
        </h1>
        <span class="badge">
          {piece.startsWith('virtualGateway/') ? t.kinds.virtualGateway : t.kinds.virtualNode}
        </span>
      </header>
      {isKnown && proxies.length === 0 && dump.state !== 'failed' ? (
        <p class="note warn">{t.proxy.notConnected}</p>
      ) : null}
      {proxies.map((proxy) => (
        <Connected
          key={proxy.peer}
          {...props}
          proxy={proxy}
          detail={
            details.state === 'ready'
              ? details.value.proxies.find(({ peer }) => peer === proxy.peer)
              : undefined
          }
        />
      ))}
      {details.state === 'failed' && dump.state !== 'failed' ? <NotReady t={t} state={details} /> : null}
      {dump.state === 'ready' ? <Way t={t} dump={dump.value} /> : <NotReady t={t} state={dump} />}
    </div>
  );
}

function Connected({
  t,
  proxy,
  detail,
  now,
}: ProxyPageProps & { proxy: ProxyStatus; detail: ProxyDetail | undefined }): JSX.Element {
  const different = detail?.resources.filter(({ state }) => state !== 'in sync') ?? [];
  return (
    <section class="card">
      <div class="head">
        <h2 class="mono">{proxy.peer}</h2>
        <StateBadge t={t} state={proxy.state} />
        <span class="quiet small">{t.proxies.meanings[proxy.state]}</span>
        <span class="end quiet small">{versionsOf(t, proxy)}</span>
      </div>
      <ProxyFacts t={t} proxy={proxy} now={now} />
      <div class="scroll" role="region" aria-label={t.proxy.types} tabIndex={0}>
        <table class="table">
          <caption class="visually-hidden">{t.proxy.types}</caption>
          <thead>
            <tr>
              <th scope="col">{t.proxy.type}</th>
              <th scope="col">{t.proxy.number}</th>
              <th scope="col">{t.proxy.sent}</th>
              <th scope="col">{t.proxy.acknowledged}</th>
              <th scope="col">{t.proxy.refused}</th>
            </tr>
          </thead>
          <tbody>
            {proxy.types.map((type) => (
              <tr key={type.type}>
                <td class="name">{type.type}</td>
                <td>{type.resources}</td>
                <td>
                  <Version version={type.sentVersion} at={type.sentAt} t={t} now={now} />
                </td>
                <td>
                  <Version version={type.version} at={type.acknowledgedAt} t={t} now={now} />
                </td>
                <td>
                  <Version version={type.refusedVersion} at={type.refusedAt} t={t} now={now} />
                  {type.error === undefined ? null : (
                    <div class="note bad small">
                      <code>{type.error}</code>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {different.length === 0 ? null : (
        <div class="body">
          <h3>{t.proxy.resources}</h3>
          {different.map((each) => (
            <Resource key={`${each.type} ${each.name}`} t={t} resource={each} />
          ))}
        </div>
      )}
    </section>
  );
}

function versionsOf(t: Texts, { envoy, agent }: ProxyStatus): string {
  const version = envoy.replace(/^envoy /, '');
  return [`${t.proxies.envoy} ${version}`, ...(agent === '' ? [] : [`${t.proxies.agent} ${agent}`])].join(
    ' · ',
  );
}

function Version({
  t,
  version,
  at,
  now,
}: {
  t: Texts;
  version: string | undefined;
  at: string | undefined;
  now: number;
}): JSX.Element {
  if (version === undefined) return <span class="quiet">–</span>;
  return (
    <>
      <code title={version}>{version.slice(0, 12)}</code>
      {at === undefined ? null : (
        <div class="quiet small">
          <time dateTime={at}>{ago(t, at, now)}</time>
        </div>
      )}
    </>
  );
}

function Resource({ t, resource }: { t: Texts; resource: ProxyResource }): JSX.Element {
  const { type, name, state, error, acknowledged, intended } = resource;
  return (
    <details>
      <summary>
        {`${type} `}
        <code>{name}</code>{' '}
        <span class={`badge ${state === 'refused' ? 'bad' : 'warn'}`}>{t.proxy.stateOf[state]}</span>
      </summary>
      <div class="stack inset">
        {error === undefined ? null : (
          <p class="note bad">
            <code>{error}</code>
          </p>
        )}
        <p class="small quiet">{`${t.proxy.acknowledged} → ${t.proxy.intended}`}</p>
        <Difference
          before={acknowledged?.content}
          after={intended?.content}
          label={`${t.service.difference}: ${name}`}
        />
      </div>
    </details>
  );
}

function Way({ t, dump }: { t: Texts; dump: Dump }): JSX.Element {
  const ways = waysOf(dump, t.proxy.chains);
  const columns = [
    [t.proxy.listeners, ways.listeners],
    [t.proxy.routes, ways.routes],
    [t.proxy.clusters, ways.clusters],
    [t.proxy.endpoints, ways.endpoints],
  ] as const;
  return (
    <section class="card">
      <div class="head">
        <h2>{t.proxy.path}</h2>
      </div>
      <div class="body">
        <div class="chain" role="region" aria-label={t.proxy.path} tabIndex={0}>
          {columns.map(([title, steps]) => (
            <div key={title} class="stack">
              <h3>{`${title} (${steps.length})`}</h3>
              {steps.map((step, index) => (
                <StepItem key={`${step.name} ${index}`} step={step} />
              ))}
            </div>
          ))}
        </div>
        <details>
          <summary>{t.proxy.dump}</summary>
          <pre class="code" tabIndex={0}>
            {JSON.stringify(dump.resources, undefined, 2)}
          </pre>
        </details>
      </div>
    </section>
  );
}

function StepItem({ step }: { step: Step }): JSX.Element {
  return (
    <div class="item">
      <span class="name">
        <Name text={step.name} />
      </span>
      {step.lines.map((line, index) => (
        <span key={index} class="small quiet mono">
          <Name text={line} />
        </span>
      ))}
    </div>
  );
}
