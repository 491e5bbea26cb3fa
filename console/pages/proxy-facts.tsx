import type { JSX } from 'preact';
import type { ProxyReport, ProxyStatus } from '../../controlplane/status/status.ts';
import { duration, type Texts } from '../text/texts.ts';

type Props = { readonly t: Texts; readonly proxy: ProxyStatus; readonly now: number };

/** The report of a proxy's agent: its configuration, its certificates and addresses; and the problems that its configuration has. */
export function ProxyFacts({ t, proxy, now }: Props): JSX.Element {
  const { report, problems } = proxy;
  return (
    <div class="body">
      {report === undefined ? (
        <p class="quiet">{t.proxy.noReport}</p>
      ) : (
        <Report t={t} report={report} now={now} />
      )}
      {problems.map(({ where, what }) => (
        <p key={`${where} ${what}`} class="note warn">
          <code>{where}</code>
          {`: ${what}`}
        </p>
      ))}
    </div>
  );
}

function Report({ t, report, now }: { t: Texts; report: ProxyReport; now: number }): JSX.Element {
  const { ready, draining, reason, addresses, runsOn, certificates } = report;
  const since = runsOn === undefined ? '' : duration(t, now - Date.parse(runsOn.since));
  return (
    <dl class="facts">
      <dt>{t.proxies.state}</dt>
      <dd class="row">
        <span class={`badge ${ready ? 'good' : 'warn'}`}>{ready ? t.proxy.ready : t.proxies.notReady}</span>
        {draining ? <span class="badge warn">{t.proxies.draining}</span> : null}
        {reason}
      </dd>
      <dt>{t.proxies.runsOn}</dt>
      <dd>
        {runsOn === undefined ? '–' : runsOn.source === 'live' ? t.proxies.live : t.proxies.lastGood(since)}
      </dd>
      <dt>{t.proxy.certificates}</dt>
      <dd>
        {certificates.length === 0
          ? t.proxies.noCertificate
          : certificates.map(({ name, ends }) => (
              <div key={`${name} ${ends}`}>
                {`${name}: `}
                {Date.parse(ends) <= now
                  ? t.proxies.expired
                  : t.proxies.left(duration(t, Date.parse(ends) - now))}
              </div>
            ))}
      </dd>
      <dt>{t.proxy.addresses}</dt>
      <dd class="mono">{addresses.length === 0 ? '–' : addresses.join(', ')}</dd>
    </dl>
  );
}
