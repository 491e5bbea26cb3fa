import { useEffect, useState } from 'preact/hooks';
import type { MeshName } from '../api/kinds.ts';
import { keyOf, type Resource } from '../model/resources.ts';
import { readSpec, writeSpec, type TextForm } from '../model/text/text-form.ts';
import type { ResourceMode } from '../pages/resource-card.tsx';
import {
  deleteResource,
  previewOf,
  updateResource,
  type Outcome,
  type Preview,
  type Seen,
} from '../state/change.ts';
import { beginPush, pushOf, type PushStart } from '../state/push.ts';
import { texts } from '../state/state.ts';
import { useCheck } from './use-check.ts';
import { useDraft } from './use-draft.ts';
import { useQuestion } from './use-question.ts';

/**
 * A text that is being edited, and the version that it began with: the API refuses the text if another one was saved meanwhile.
 */
type Draft = { readonly text: string; readonly form: TextForm; readonly seen: Seen };

/** A deletion that waits for the user's answer, with its effect and the version for which the effect was computed. */
type Removal = { readonly preview: Preview; readonly seen: Seen };

/** Returns the edit of one resource: its mode, and the handlers of its card. `onGone`: called after the resource was deleted. */
export function useResourceEdit(at: MeshName, resource: Resource, onGone: () => void) {
  const t = texts.value;
  const [draft, setDraft] = useDraft<Draft>(`${at.owner}/${at.mesh}/${keyOf(resource)}`);
  const [removal, setRemoval] = useState<Removal>();
  const [chosen, setChosen] = useState<TextForm>('yaml');
  const [push, setPush] = useState<PushStart>();
  const [failure, setFailure] = useState<string>();
  const [saving, setSaving] = useState(false);
  const question = useQuestion();
  const { error, preview, check, stop } = useCheck(t);
  const form = draft?.form ?? chosen;

  const look = ({ text, form: as }: Draft): void =>
    check(text, as, (spec, signal) => previewOf(at, resource, 'Update', spec, signal));
  const edit = (next: Draft): void => {
    setDraft(next);
    look(next);
  };
  // A restored draft is validated again.
  useEffect(() => {
    if (draft !== undefined) look(draft);
  }, []);
  const read = (): void => {
    question.stop();
    setDraft(undefined);
    setRemoval(undefined);
  };
  /** Carries a change out, once: a second click does not send it again. `conflict`: the words if the resource was changed meanwhile. */
  const carryOut = async (change: () => Promise<Outcome | undefined>, conflict: string): Promise<boolean> => {
    stop();
    setFailure(undefined);
    setSaving(true);
    const start = await beginPush();
    const outcome = await change();
    setSaving(false);
    if (outcome?.kind === 'conflict') setFailure(conflict);
    if (outcome?.kind === 'refused') setFailure(outcome.message);
    if (outcome?.kind !== 'done') return false;
    setPush(start);
    read();
    return true;
  };
  const save = async ({ text, form: as, seen }: Draft): Promise<void> => {
    await carryOut(async () => {
      const found = await readSpec(text, as);
      return 'spec' in found ? updateResource(at, resource, found.spec, seen) : undefined;
    }, t.resources.conflict);
  };
  const remove = async ({ seen }: Removal): Promise<void> => {
    const isGone = await carryOut(() => deleteResource(at, resource, seen), t.changes.newerChange);
    if (isGone) onGone();
    else setRemoval(undefined);
  };
  const begin = async (): Promise<void> => {
    setPush(undefined);
    // Not the text on view, which may not be there yet: an empty text would be saved as an empty specification.
    edit({ text: await writeSpec(resource.spec, form), form, seen: resource });
  };
  const askDelete = async (): Promise<void> => {
    setRemoval({ preview: { state: 'checking' }, seen: resource });
    const signal = question.next();
    const found = await previewOf(at, resource, 'Delete', undefined, signal);
    if (!signal.aborted) setRemoval((current) => current && { ...current, preview: found });
  };
  const rewrite = async (as: TextForm): Promise<void> => {
    setChosen(as);
    if (draft === undefined) return;
    const found = await readSpec(draft.text, form);
    if ('spec' in found) edit({ ...draft, text: await writeSpec(found.spec, as), form: as });
  };
  const isStale =
    draft !== undefined &&
    (draft.seen.version !== resource.version || draft.seen.uid !== resource.uid) &&
    !saving;
  const state: ResourceMode =
    draft !== undefined
      ? { mode: 'edit', text: draft.text, error, preview }
      : removal !== undefined
        ? { mode: 'delete', preview: removal.preview }
        : { mode: 'read' };
  return {
    form,
    state,
    saving,
    push: push && pushOf(push),
    failure: failure ?? (isStale ? t.resources.conflict : undefined),
    onForm: (as: TextForm) => void rewrite(as),
    onEdit: (text: string) => draft && edit({ ...draft, text }),
    onSave: () => draft && void save(draft),
    onDelete: () => removal && void remove(removal),
    onMode(wanted: ResourceMode['mode']) {
      setFailure(undefined);
      stop();
      if (wanted === 'edit') void begin();
      else if (wanted === 'delete') void askDelete();
      else read();
    },
  };
}
