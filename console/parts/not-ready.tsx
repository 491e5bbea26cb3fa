import type { JSX } from 'preact';
import type { Loaded } from '../state/state.ts';
import type { Texts } from '../text/texts.ts';

/** The text in place of something that is not read yet, or that could not be read. */
export function NotReady({
  t,
  state,
}: {
  t: Texts;
  state: Exclude<Loaded<unknown>, { state: 'ready' }>;
}): JSX.Element {
  if (state.state === 'loading') {
    return (
      <p class="row quiet" role="status">
        <span class="spinner" aria-hidden="true" />
        {t.shell.loading}
      </p>
    );
  }
  return (
    <p class="note bad" role="alert">
      {`${t.shell.failed}: ${state.code === 'away' ? t.shell.noAnswer : state.message}`}
    </p>
  );
}
