import { useRef, useState } from 'preact/hooks';
import type { MeshName } from '../api/kinds.ts';
import type { Resource } from '../model/resources.ts';
import { readSpec, writeSpec, type TextForm } from '../model/text-form.ts';
import type { ResourceMode } from '../pages/resource-card.tsx';
import { deleteResource, previewOf, updateResource, type Outcome, type Preview } from '../state/change.ts';
import { beginPush, pushOf, type PushStart } from '../state/push.ts';
import { texts } from '../state/state.ts';
import { useCheck } from './use-check.ts';

/** The use of the resource. */
type Mode =
  | { readonly mode: 'read' }
  | { readonly mode: 'edit'; readonly text: string }
  | { readonly mode: 'delete'; readonly preview: Preview };

/** The edit of one resource: its mode, and the handlers of its card. `onGone`: called after the resource was deleted. */
export function useResourceEdit(at: MeshName, resource: Resource, onGone: () => void) {
  const t = texts.value;
  const [form, setForm] = useState<TextForm>('yaml');
  const [mode, setMode] = useState<Mode>({ mode: 'read' });
  const [push, setPush] = useState<PushStart>();
  const [failure, setFailure] = useState<string>();
  const { error, preview, check, stop } = useCheck(t);
  // The version that the editor began with: the API refuses the text if another one was saved meanwhile.
  const version = useRef(resource.version);

  const edit = (text: string, as: TextForm): void => {
    setMode({ mode: 'edit', text });
    check(text, as, (spec, signal) => previewOf(at, resource, 'Update', spec, signal));
  };
  const ended = (outcome: Outcome, start: PushStart): boolean => {
    if (outcome.kind === 'conflict') setFailure(t.resources.conflict);
    if (outcome.kind === 'refused') setFailure(outcome.message);
    if (outcome.kind !== 'done') return false;
    setPush(start);
    setFailure(undefined);
    setMode({ mode: 'read' });
    return true;
  };
  const save = async (): Promise<void> => {
    if (mode.mode !== 'edit') return;
    stop();
    const start = await beginPush();
    const read = await readSpec(mode.text, form);
    if ('spec' in read) ended(await updateResource(at, resource, read.spec, version.current), start);
  };
  const remove = async (): Promise<void> => {
    const start = await beginPush();
    if (ended(await deleteResource(at, resource), start)) onGone();
  };
  const begin = async (): Promise<void> => {
    version.current = resource.version;
    setPush(undefined);
    // Not the text on view, which may not be there yet: an empty text would be saved as an empty specification.
    edit(await writeSpec(resource.spec, form), form);
  };
  const askDelete = async (): Promise<void> => {
    setMode({ mode: 'delete', preview: { state: 'checking' } });
    const found = await previewOf(at, resource, 'Delete', undefined);
    setMode((current) => (current.mode === 'delete' ? { mode: 'delete', preview: found } : current));
  };
  const rewrite = async (chosen: TextForm): Promise<void> => {
    setForm(chosen);
    if (mode.mode !== 'edit') return;
    const read = await readSpec(mode.text, form);
    if ('spec' in read) edit(await writeSpec(read.spec, chosen), chosen);
  };
  const state: ResourceMode = mode.mode === 'edit' ? { ...mode, error, preview } : mode;
  return {
    form,
    state,
    push: push && pushOf(push),
    failure,
    onForm: (chosen: TextForm) => void rewrite(chosen),
    onEdit: (text: string) => edit(text, form),
    onSave: () => void save(),
    onDelete: () => void remove(),
    onMode(wanted: Mode['mode']) {
      setFailure(undefined);
      stop();
      if (wanted === 'edit') void begin();
      else if (wanted === 'delete') void askDelete();
      else setMode({ mode: wanted });
    },
  };
}
