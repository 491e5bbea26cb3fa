import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../parts/empty.tsx';
import { texts } from '../state/state.ts';

/** The code of a view, as far as it is loaded. */
type Code<P> =
  | { readonly state: 'none' | 'loading' | 'failed' }
  | { readonly state: 'ready'; readonly view: ComponentType<P> };

/** A view whose code the browser loads when the view is first shown, or before, by `load`. */
export type Later<P> = {
  (props: P): JSX.Element;
  /** Loads the code, if it is not there. Never throws: the view says so, and offers to try again. */
  readonly load: () => Promise<void>;
};

/** Returns a view whose code is in a file of its own. */
export function later<P extends object>(read: () => Promise<ComponentType<P>>): Later<P> {
  const code = signal<Code<P>>({ state: 'none' });
  const load = async (): Promise<void> => {
    const { state } = code.peek();
    if (state === 'ready' || state === 'loading') return;
    code.value = { state: 'loading' };
    code.value = await read().then(
      (view) => ({ state: 'ready' as const, view }),
      () => ({ state: 'failed' as const }),
    );
  };
  function View(props: P): JSX.Element {
    const current = code.value;
    useEffect(() => void load(), []);
    if (current.state === 'ready') return <current.view {...props} />;
    if (current.state === 'failed') return <Failed />;
    return (
      <div class="page">
        <Empty title={texts.value.shell.loading} />
      </div>
    );
  }
  return Object.assign(View, { load });
}

/** After an upgrade of the control plane, the file of another build is gone: the page of the new build has its own. */
function Failed(): JSX.Element {
  const t = texts.value;
  const again = async (): Promise<void> => {
    // While the control plane is away, a reload would leave an empty window.
    const answer = await fetch(location.pathname).catch(() => undefined);
    if (answer?.ok === true) location.reload();
  };
  return (
    <div class="page">
      <p class="note bad" role="alert">
        {t.shell.partFailed}
      </p>
      <div>
        <button type="button" class="button" onClick={() => void again()}>
          {t.shell.reload}
        </button>
      </div>
    </div>
  );
}
