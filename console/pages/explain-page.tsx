import type { JSX } from 'preact';
import type { Explained } from '../../controlplane/explain/route.ts';
import { NotReady } from '../parts/not-ready.tsx';
import type { Loaded } from '../state/state.ts';
import { ExplainAnswer } from './explain-answer.tsx';
import { ExplainForm, type ExplainFormProps } from './explain-form.tsx';

/** The state of the form and its answer. */
export type ExplainPageProps = ExplainFormProps & {
  readonly answer: Loaded<Explained> | undefined;
};

/** The form for a request, and the way that it would take. */
export function ExplainPage(props: ExplainPageProps): JSX.Element {
  const { t, answer } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.explain}</h1>
        <p class="lead">{t.explain.lead}</p>
      </header>
      <div class="card">
        <ExplainForm {...props} />
      </div>
      <div class="stack" role="status">
        {answer === undefined ? null : answer.state === 'ready' ? (
          <ExplainAnswer t={t} explained={answer.value} />
        ) : (
          <NotReady t={t} state={answer} />
        )}
      </div>
    </div>
  );
}
