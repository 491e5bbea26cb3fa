import type { JSX } from 'preact';
import type { Texts } from '../text/texts.ts';

/** A request as it stands in the form. */
export type Question = {
  /** The key of the proxy's resource, e.g. `virtualNode/N`. */
  readonly from: string;
  readonly method: string;
  readonly url: string;
  /** One on each line. */
  readonly headers: string;
};

/** The state of the form. */
export type ExplainFormProps = {
  readonly t: Texts;
  /** The keys of the nodes and gateways. */
  readonly proxies: readonly string[];
  readonly question: Question;
  readonly onQuestion: (question: Question) => void;
  readonly onAsk: () => void;
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** The form for a request. */
export function ExplainForm({ t, proxies, question, onQuestion, onAsk }: ExplainFormProps): JSX.Element {
  const set = (change: Partial<Question>): void => onQuestion({ ...question, ...change });
  return (
    <form
      class="body form"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <label class="field">
        <span>{t.explain.proxy}</span>
        <select value={question.from} onChange={({ currentTarget }) => set({ from: currentTarget.value })}>
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
  );
}
