import type { JSX } from 'preact';
import type { Explained } from '../../controlplane/explain/route.ts';
import type { Outcome, Pass } from '../../controlplane/explain/explanation.ts';
import { percent, type Texts } from '../text/texts.ts';

/** The way of a request: its outcome, and each proxy that it passes. */
export function ExplainAnswer({ t, explained }: { t: Texts; explained: Explained }): JSX.Element {
  return (
    <>
      <section class="card">
        <div class="head">
          <h2>{t.explain.outcome}</h2>
          <span class="end badge">{`Envoy ${explained.envoy.version}`}</span>
        </div>
        <div class="body">
          <OutcomeView t={t} outcome={explained.outcome} />
        </div>
      </section>
      {explained.passes.map((pass, index) => (
        <PassView key={index} t={t} pass={pass} number={index + 1} />
      ))}
      {explained.others.map(({ version, outcome }) => (
        <section key={version} class="card">
          <div class="head">
            <h2>{`Envoy ${version}`}</h2>
          </div>
          <div class="body">
            <OutcomeView t={t} outcome={outcome} />
          </div>
        </section>
      ))}
      {explained.problems.map(({ where, what }) => (
        <p key={`${where} ${what}`} class="note warn">
          <code>{where}</code>
          {`: ${what}`}
        </p>
      ))}
    </>
  );
}

function OutcomeView({ t, outcome }: { t: Texts; outcome: Outcome }): JSX.Element {
  switch (outcome.kind) {
    case 'sent':
      return (
        <div class="stack">
          <p>{t.explain.sent}</p>
          <ul class="considered">
            {outcome.targets.map(({ cluster, virtualNode, share }) => (
              <li key={cluster}>
                <span class="badge good">{percent(share)}</span>
                <span class="name">{virtualNode ?? cluster}</span>
                <code class="quiet">{cluster}</code>
              </li>
            ))}
          </ul>
          <p class="quiet small">
            {[
              ...(outcome.timeout === undefined ? [] : [t.explain.timeout(outcome.timeout)]),
              ...(outcome.retry === undefined
                ? []
                : [t.explain.retries(outcome.retry.retries, outcome.retry.on.replaceAll(',', ', '))]),
            ].join(' · ')}
          </p>
        </div>
      );
    case 'answered':
      return <Reason title={t.explain.answered(outcome.status)} why={outcome.why} tone="bad" />;
    case 'closed':
      return <Reason title={t.explain.closed} why={outcome.why} tone="bad" />;
    case 'passed':
      return <Reason title={t.explain.passed} why={outcome.why} tone="warn" />;
    case 'direct':
      return <Reason title={t.explain.direct} why={outcome.why} tone="warn" />;
  }
}

function Reason({ title, why, tone }: { title: string; why: string; tone: 'bad' | 'warn' }): JSX.Element {
  return (
    <div class={`note ${tone}`}>
      <strong>{title}</strong>
      <div>{why}</div>
    </div>
  );
}

const VERDICT_TONES = { taken: 'good', 'may match': 'warn', 'no match': '', 'not reached': '' } as const;

function PassView({ t, pass, number }: { t: Texts; pass: Pass; number: number }): JSX.Element {
  return (
    <section class="card">
      <div class="head">
        <h2>{t.explain.pass(number)}</h2>
      </div>
      <div class="body">
        <dl class="facts">
          <dt>{t.explain.listener}</dt>
          <dd class="mono">{pass.listener}</dd>
          <dt>{t.explain.chain}</dt>
          <dd class="mono">{pass.chain}</dd>
          {pass.virtualHost === undefined ? null : (
            <>
              <dt>{t.explain.host}</dt>
              <dd class="mono">{`${pass.virtualHost.name} (${pass.virtualHost.domain})`}</dd>
            </>
          )}
        </dl>
        {pass.routes.length === 0 ? null : (
          <>
            <h3>{t.explain.routes}</h3>
            <ol class="considered">
              {pass.routes.map(({ name, verdict, why }, index) => (
                <li key={`${name} ${index}`}>
                  <span class={`badge ${VERDICT_TONES[verdict]}`}>{t.explain.verdicts[verdict]}</span>
                  <span class="name">{name}</span>
                  <span class="quiet small">{why.join('; ')}</span>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </section>
  );
}
