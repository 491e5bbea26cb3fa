import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { COPY_FORMS, COPY_TITLES, isAppMeshs, type CopyForm } from '../model/text/copy-as.ts';
import type { Resource } from '../model/resources.ts';
import type { TextForm } from '../model/text/text-form.ts';
import { CopyButton } from '../parts/command.tsx';
import { Effect } from '../parts/effect.tsx';
import { Icon } from '../parts/icon.tsx';
import { PushProgress, type Push } from '../parts/push-progress.tsx';
import { useFocus } from '../parts/use-focus.ts';
import type { Preview } from '../state/change.ts';
import { ago, type Texts } from '../text/texts.ts';

/** The action of the user on a resource. */
export type ResourceMode =
  | { readonly mode: 'read' }
  | {
      readonly mode: 'edit';
      readonly text: string;
      readonly error: string | undefined;
      readonly preview: Preview;
    }
  | { readonly mode: 'delete'; readonly preview: Preview };

/** The state of one resource. */
export type ResourceCardProps = {
  readonly t: Texts;
  readonly now: number;
  readonly resource: Resource;
  readonly form: TextForm;
  /** The specification in that form. */
  readonly text: string;
  readonly state: ResourceMode;
  /** Whether a change is on its way. */
  readonly saving: boolean;
  readonly copyForm: CopyForm;
  readonly copied: string;
  readonly push: Push | undefined;
  readonly failure: string | undefined;
  readonly canUpdate: boolean;
  readonly canDelete: boolean;
  readonly onForm: (form: TextForm) => void;
  readonly onCopyForm: (form: CopyForm) => void;
  readonly onEdit: (text: string) => void;
  readonly onSave: () => void;
  readonly onDelete: () => void;
  readonly onMode: (mode: ResourceMode['mode']) => void;
};

/** One resource: its specification as text, its editor, and its other forms. */
export function ResourceCard(props: ResourceCardProps): JSX.Element {
  const { t, now, resource, state, push, failure, canUpdate, canDelete, onMode } = props;
  return (
    <>
      <section class="card" tabIndex={-1} aria-label={resource.name}>
        <div class={`head tone-${resource.kind}`}>
          <h2>{resource.name}</h2>
          <span class="badge">{t.kinds[resource.kind]}</span>
          <span class="quiet small">
            {`${t.resources.version} ${resource.version} · ${ago(t, resource.updatedAt, now)}`}
          </span>
          <span class="end">
            <FormChoice {...props} />
          </span>
        </div>
        <div class="body">
          {state.mode === 'edit' ? (
            <Editor {...props} state={state} />
          ) : (
            <pre class="code" tabIndex={0}>
              {props.text}
            </pre>
          )}
          {state.mode === 'delete' ? <Removal {...props} state={state} /> : null}
          {failure === undefined ? null : (
            <p class="note bad" role="alert">
              {failure}
            </p>
          )}
          {push === undefined ? null : <PushProgress t={t} push={push} />}
          {state.mode === 'read' && (canUpdate || canDelete) ? (
            <div class="row">
              {canUpdate ? (
                <button type="button" class="button" onClick={() => onMode('edit')}>
                  {t.resources.edit}
                </button>
              ) : null}
              {canDelete ? (
                <button type="button" class="button danger" onClick={() => onMode('delete')}>
                  {t.resources.remove}
                </button>
              ) : null}
            </div>
          ) : null}
        </div>
      </section>
      <CopyCard {...props} />
      <p class="quiet small mono">{resource.arn}</p>
    </>
  );
}

function FormChoice({ t, form, onForm }: ResourceCardProps): JSX.Element {
  return (
    <span class="segments" role="group" aria-label={t.resources.format}>
      {(['yaml', 'json'] as const).map((each) => (
        <button key={each} type="button" aria-pressed={each === form} onClick={() => onForm(each)}>
          {each.toUpperCase()}
        </button>
      ))}
    </span>
  );
}

function Editor({
  t,
  state,
  saving,
  onEdit,
  onSave,
  onMode,
}: ResourceCardProps & { state: Extract<ResourceMode, { mode: 'edit' }> }): JSX.Element {
  return (
    <SpecEditor
      t={t}
      text={state.text}
      error={state.error}
      preview={state.preview}
      saving={saving}
      onEdit={onEdit}
      onSave={onSave}
      onCancel={() => onMode('read')}
    />
  );
}

/** An editor of a specification: the API checks the text as it is typed. */
export function SpecEditor({
  t,
  text,
  error,
  preview,
  saving,
  onEdit,
  onSave,
  onCancel,
  hint,
}: {
  readonly t: Texts;
  readonly text: string;
  readonly error: string | undefined;
  readonly preview: Preview;
  readonly saving: boolean;
  readonly onEdit: (text: string) => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
  /** The part that is missing before the API can check the text. */
  readonly hint?: string | undefined;
}): JSX.Element {
  const unchanged = preview.state === 'ready' && preview.effect.change === 'none';
  const valid = preview.state === 'ready' && !unchanged && hint === undefined;
  const area = useRef<HTMLTextAreaElement>(null);
  // Names come before the text of a new resource.
  useLayoutEffect(() => {
    if (hint === undefined) area.current?.focus();
  }, []);
  return (
    <div class="stack">
      <textarea
        ref={area}
        rows={rowsFor(text)}
        spellcheck={false}
        autocomplete="off"
        aria-label={t.resources.spec}
        value={text}
        onInput={({ currentTarget }) => onEdit(currentTarget.value)}
      />
      {error === undefined ? null : (
        <p class="note bad" role="alert">
          {`${t.resources.syntax}: ${error}`}
        </p>
      )}
      {hint === undefined ? null : <p class="quiet">{hint}</p>}
      {unchanged ? <p class="quiet">{t.resources.unchanged}</p> : null}
      {valid ? <p class="note good">{t.resources.valid}</p> : null}
      {error === undefined && !unchanged ? <Effect t={t} preview={preview} /> : null}
      <div class="row">
        <button
          type="button"
          class="button first"
          disabled={saving || (!valid && preview.state !== 'unknown')}
          onClick={onSave}
        >
          {t.resources.save}
        </button>
        <button type="button" class="button" disabled={saving} onClick={onCancel}>
          {t.resources.cancel}
        </button>
      </div>
    </div>
  );
}

/** The rows of the editor of a text. It looks at no more of a long text than it has to. */
function rowsFor(text: string): number {
  let rows = 2;
  for (let at = text.indexOf('\n'); at !== -1 && rows < 30; at = text.indexOf('\n', at + 1)) rows += 1;
  return Math.max(10, rows);
}

function Removal({
  t,
  resource,
  state,
  saving,
  onDelete,
  onMode,
}: ResourceCardProps & { state: Extract<ResourceMode, { mode: 'delete' }> }): JSX.Element {
  const dialog = useFocus<HTMLDivElement>();
  return (
    <div ref={dialog} class="stack" role="alertdialog" aria-label={t.resources.remove} tabIndex={-1}>
      <p>
        <strong>{removalText(t, resource)}</strong>
      </p>
      <Effect t={t} preview={state.preview} />
      <div class="row">
        <button
          type="button"
          class="button danger"
          disabled={saving || (state.preview.state !== 'ready' && state.preview.state !== 'unknown')}
          onClick={onDelete}
        >
          {t.resources.remove}
        </button>
        <button type="button" class="button" disabled={saving} onClick={() => onMode('read')}>
          {t.resources.cancel}
        </button>
      </div>
    </div>
  );
}

/**
 * Returns the question before a deletion. A proxy keeps its configuration if its own resource is deleted; every other deleted resource
 * leaves the configuration.
 */
export function removalText(
  t: Texts,
  { kind, name }: { readonly kind: string; readonly name: string },
): string {
  const sure = t.resources.removeSure(name);
  const isProxys = kind === 'virtualNode' || kind === 'virtualGateway';
  return isProxys ? `${sure} ${t.resources.proxiesKeep}` : sure;
}

function CopyCard({ t, resource, copyForm, copied, onCopyForm }: ResourceCardProps): JSX.Element {
  const forms = isAppMeshs(resource) ? COPY_FORMS : (['document'] as const);
  return (
    <section class="card">
      <div class="head">
        <Icon name="copy" />
        <h2>{t.resources.copyAs}</h2>
        <span class="end">
          <CopyButton t={t} text={copied} />
        </span>
      </div>
      <div class="body">
        <div>
          <span class="segments" role="group" aria-label={t.resources.copyAs}>
            {forms.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === copyForm}
                onClick={() => onCopyForm(each)}
              >
                {COPY_TITLES[each]}
              </button>
            ))}
          </span>
        </div>
        <pre class="code" tabIndex={0}>
          {copied}
        </pre>
      </div>
    </section>
  );
}
