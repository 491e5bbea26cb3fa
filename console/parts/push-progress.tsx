import type { JSX } from 'preact';
import type { Progress } from '../../controlplane/console/contract.ts';
import { duration, type Texts } from '../text/texts.ts';

/** The way of a change to the proxies. `progress`: undefined until the control plane reports one. `milliseconds`: to the last ACK. */
export type Push = {
  readonly progress: Progress | undefined;
  readonly milliseconds: number | undefined;
};

/** ACKs as they come, and each NACK in Envoy's words. */
export function PushProgress({ t, push }: { t: Texts; push: Push }): JSX.Element {
  const { progress, milliseconds } = push;
  if (progress === undefined) {
    return (
      <p class="row quiet" role="status">
        <span class="spinner" aria-hidden="true" />
        {t.resources.saved}
      </p>
    );
  }
  const { touched, acknowledged, refused, gone, done, refusals } = progress;
  const silent = done ? touched - acknowledged - refused - gone : 0;
  // The last report may say that a proxy has ended, or that it has not answered for a minute.
  const isOver = milliseconds !== undefined && acknowledged === touched;
  return (
    <div class="stack" role="status">
      {touched === 0 ? (
        <p class="note">{t.service.noTouch}</p>
      ) : (
        <>
          <progress
            max={touched}
            value={acknowledged}
            aria-label={t.service.progress(acknowledged, touched)}
          />
          <p class={isOver ? 'note good' : 'quiet'}>
            {isOver
              ? `${t.service.progress(acknowledged, touched)} · ${t.service.applied(spent(t, milliseconds))}`
              : t.service.progress(acknowledged, touched)}
          </p>
          {gone === 0 ? null : <p class="quiet">{t.service.gone(gone)}</p>}
          {silent === 0 ? null : <p class="note bad">{t.service.silent(silent)}</p>}
        </>
      )}
      {refusals.map(({ resource, peer, type, error }) => (
        <div key={`${resource} ${peer} ${type}`} class="note bad">
          <strong>{t.service.refusedBy(resource.split('/').slice(2).join('/'))}</strong>
          <div>
            <code>{error}</code>
          </div>
        </div>
      ))}
    </div>
  );
}

function spent(t: Texts, milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : duration(t, milliseconds);
}
