import type { JSX } from 'preact';
import type { SpecChange } from '../../controlplane/console/contract.ts';
import { addressOf } from '../app/place.ts';
import { keyOf, type Kind } from '../model/resources.ts';
import { Difference } from '../parts/difference.tsx';
import { Empty } from '../parts/empty.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import type { Loaded } from '../state/state.ts';
import type { Preview } from '../state/change.ts';
import { Effect } from '../parts/effect.tsx';
import { useFocus } from '../parts/use-focus.ts';
import { removalText } from './resource-card.tsx';
import { ago, userName, type Texts } from '../text/texts.ts';

/** The state of the list of changes. */
export type ChangesPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  readonly changes: Loaded<readonly SpecChange[]>;
  readonly more: boolean;
  /** Whether events tell of changes: else the page looks for them. */
  readonly isLive: boolean;
  /** Why a revert was refused. */
  readonly refusal: { readonly change: string; readonly message: string } | undefined;
  readonly reverted: ReadonlySet<string>;
  readonly mayRevert: (change: SpecChange) => boolean;
  /** The change that the user is asked about, and what its revert would do. */
  readonly asked: { readonly change: string; readonly preview: Preview } | undefined;
  /** Whether a revert is on its way. */
  readonly saving: boolean;
  readonly onMore: () => void;
  readonly onRevert: (change: SpecChange) => void;
  readonly onCancel: () => void;
};

/** Each change of a mesh: the user, the difference, and the way back. */
export function ChangesPage(props: ChangesPageProps): JSX.Element {
  const { t, changes, more, isLive, onMore } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.changes}</h1>
        <p class="lead">{t.changes.lead}</p>
      </header>
      {isLive ? null : (
        <p class="note" role="status">
          {t.changes.notLive}
        </p>
      )}
      {changes.state === 'ready' ? (
        <div class="card">
          {changes.value.length === 0 ? (
            <Empty title={t.changes.none} />
          ) : (
            <ul class="list">
              {changes.value.map((change) => (
                <li key={change.id}>
                  <Change {...props} change={change} />
                </li>
              ))}
            </ul>
          )}
        </div>
      ) : (
        <NotReady t={t} state={changes} />
      )}
      {more ? (
        <div>
          <button type="button" class="button" onClick={onMore}>
            {t.changes.more}
          </button>
        </div>
      ) : null}
    </div>
  );
}

const TONES = { create: 'good', update: 'info', delete: 'bad' } as const;

function Change(props: ChangesPageProps & { change: SpecChange }): JSX.Element {
  const { t, mesh, owner, now, change, refusal, reverted, mayRevert, asked, saving, onRevert } = props;
  const { resource, by, source, at, before, after, undoes } = change;
  const isAsked = asked?.change === change.id;
  const isReverted = reverted.has(change.id);
  const key = keyOf({ ...resource, kind: resource.kind as Kind });
  return (
    <div class="change" tabIndex={-1}>
      <span class={`badge ${TONES[change.change]}`}>{t.changes.change[change.change]}</span>
      <div>
        <a class="name" href={addressOf({ mesh, owner, page: 'resources', rest: [key] })}>
          {resource.name}
        </a>{' '}
        <span class="quiet">
          {`${t.kinds[resource.kind as Kind] ?? resource.kind}${resource.parent === '' ? '' : ` · ${resource.parent}`}`}
        </span>
        <div class="small quiet">
          {userName(t, by)}
          {` · ${source === 'console' ? t.changes.viaConsole : t.changes.viaApi} · `}
          <time dateTime={at} title={at}>
            {ago(t, at, now)}
          </time>
          {undoes === undefined ? '' : ` · ${t.changes.undoes}`}
        </div>
      </div>
      {mayRevert(change) && !isAsked ? (
        <button
          type="button"
          class="button slim"
          disabled={saving || isReverted}
          onClick={() => onRevert(change)}
        >
          {isReverted ? t.changes.reverted : t.changes.revert}
        </button>
      ) : (
        <span />
      )}
      {isAsked ? <RevertQuestion {...props} preview={asked.preview} /> : null}
      {refusal?.change === change.id ? (
        <p class="note bad wide" role="alert">
          {refusal.message}
        </p>
      ) : null}
      <details class="wide">
        <summary class="small">{t.changes.difference}</summary>
        <Difference
          before={before?.spec}
          after={after?.spec}
          label={`${t.changes.difference}: ${resource.name}`}
        />
      </details>
    </div>
  );
}

/** Asks before a revert that undoes more than its change, and shows its effect. */
function RevertQuestion({
  t,
  change,
  preview,
  saving,
  onRevert,
  onCancel,
}: ChangesPageProps & { change: SpecChange; preview: Preview }): JSX.Element {
  const { resource } = change;
  const dialog = useFocus<HTMLDivElement>();
  return (
    <div ref={dialog} class="stack wide" role="alertdialog" aria-label={t.changes.revert} tabIndex={-1}>
      <p>
        <strong>
          {change.change === 'create' ? removalText(t, resource) : t.changes.sure(resource.name)}
        </strong>
      </p>
      <Effect t={t} preview={preview} />
      <div class="row">
        <button
          type="button"
          class="button danger"
          disabled={saving || preview.state === 'checking' || preview.state === 'refused'}
          onClick={() => onRevert(change)}
        >
          {t.changes.revert}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t.resources.cancel}
        </button>
      </div>
    </div>
  );
}
