import type { JSX } from 'preact';
import type { Explained } from '../../controlplane/explain/route.ts';
import type { Outcome, Pass } from '../../controlplane/explain/explanation.ts';
import { NotReady } from '../parts/not-ready.tsx';
import type { Loaded } from '../state/state.ts';
import { percent, type Texts } from '../text/texts.ts';

/** A request as it stands in the form. */
export type Question = {
  /** The key of the proxy's resource, e.g. `virtualNode/N`. */
  readonly from: string;
  readonly method: string;
  readonly url: string;
  /** One on each line. */
  readonly headers: string;
};

/** The state of the form and its answer. */
export type ExplainPageProps = {
  readonly t: Texts;
  /** The keys of the nodes and gateways. */
  readonly proxies: readonly string[];
  readonly question: Question;
  readonly answer: Loaded<Explained> | undefined;
  readonly onQuestion: (question: Question) => void;
  readonly onAsk: () => void;
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** The form for a request, and the way that it would take. */
export function ExplainPage(props: ExplainPageProps): JSX.Element {
  const { t, proxies, question, answer, onQuestion, onAsk } = props;
  const set = (change: Partial<Question>): void => onQuestion({ ...question, ...change });
  return (
    <div class="page">
      <header>
        <h1>{t.pages.explain}</h1>
        <p class="lead">{t.explain.lead}</p>
      </header>
      <div class="card">
        <form
          class="body form"
          onSubmit={(event) => {
            event.preventDefault();
            onAsk();
          }}
        >
          <label class="field">
            <span>{t.explain.proxy}</span>
            <select
              value={question.from}
              onChange={({ currentTarget }) => set({ from: currentTarget.value })}
            >
              {(['virtualNode', 'virtualGateway'] as const).map((kind) => (
                <optgroup key={kind} label={t.explain.from[kind]}>
                  {proxies
                    .filter((key) => key.startsWith(`${kind}/`))
                    .map((key) => (
                      <option key={key} value={key}>
                        {key.slice(key.indexOf('/') + 1)}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          </label>
          <label class="field">
            <span>{t.explain.method}</span>
            <select
              value={question.method}
              onChange={({ currentTarget }) => set({ method: currentTarget.value })}
            >
              {METHODS.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </select>
          </label>
          <label class="field whole">
            <span>{t.explain.url}</span>
            <input
              type="text"
              required
              spellcheck={false}
              value={question.url}
              onInput={({ currentTarget }) => set({ url: currentTarget.value })}
            />
          </label>
          <label class="field whole">
            <span>{t.explain.headers}</span>
            <textarea
              rows={2}
              spellcheck={false}
              placeholder={t.explain.headersHint}
              value={question.headers}
              onInput={({ currentTarget }) => set({ headers: currentTarget.value })}
            />
          </label>
          <div>
            <button type="submit" class="button first" disabled={proxies.length === 0}>
              {t.explain.button}
            </button>
          </div>
        </form>
      </div>
      <div class="stack" role="status">
        {answer === undefined ? null : answer.state === 'ready' ? (
          <Answer t={t} explained={answer.value} />
        ) : (
          <NotReady t={t} state={answer} />
        )}
      </div>
    </div>
  );
}

function Answer({ t, explained }: { t: Texts; explained: Explained }): JSX.Element {
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
                : [t.explain.retries(outcome.retry.retries, outcome.retry.on)]),
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
