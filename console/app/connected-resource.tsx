import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { operationOn } from '../api/kinds.ts';
import { copyAs, isAppMeshs, type CopyForm } from '../model/copy-as.ts';
import type { Resource } from '../model/resources.ts';
import { readSpec, writeSpec, type TextForm } from '../model/text-form.ts';
import { ResourceCard, type ResourceMode } from '../pages/resource-card.tsx';
import { deleteResource, previewOf, updateResource, type Outcome } from '../state/change.ts';
import { beginPush, pushOf, type PushStart } from '../state/push.ts';
import { may, now, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';

/** How long a text has to stay before the API checks it, in milliseconds. */
export const CHECK_MS = 250;

/** One resource, with its editor. */
export function ConnectedResource({
  shown,
  at,
  model,
  resource,
}: PageState & { resource: Resource }): JSX.Element {
  const t = texts.value;
  const [form, setForm] = useState<TextForm>('yaml');
  const [text, setText] = useState('');
  const [state, setState] = useState<ResourceMode>({ mode: 'read' });
  const [copyForm, setCopyForm] = useState<CopyForm>(isAppMeshs(resource) ? 'cli' : 'document');
  const [copied, setCopied] = useState('');
  const [push, setPush] = useState<PushStart>();
  const [failure, setFailure] = useState<string>();
  // The version that the editor began with: the API refuses the text if another one was saved meanwhile.
  const version = useRef(resource.version);
  const asking = useRef<AbortController>(undefined);

  useEffect(() => {
    void writeSpec(resource.spec, form).then(setText);
  }, [resource.version, form]);
  useEffect(() => {
    void copyAs(copyForm, model, resource, location.origin).then(setCopied);
  }, [resource.version, copyForm]);

  const check = (next: string, as: TextForm): void => {
    asking.current?.abort();
    const current = new AbortController();
    asking.current = current;
    const show = (change: Partial<Extract<ResourceMode, { mode: 'edit' }>>): void => {
      if (current.signal.aborted) return;
      setState({ mode: 'edit', text: next, error: undefined, preview: { state: 'checking' }, ...change });
    };
    show({});
    const look = async (): Promise<void> => {
      if (current.signal.aborted) return;
      const read = await readSpec(next, as);
      if ('error' in read)
        return show({ error: read.error ?? t.resources.notObject, preview: { state: 'none' } });
      show({ preview: await previewOf(at, resource, 'Update', read.spec, current.signal) });
    };
    setTimeout(() => void look(), CHECK_MS);
  };
  const change = async (chosen: TextForm): Promise<void> => {
    if (state.mode !== 'edit') return;
    const read = await readSpec(state.text, form);
    if ('spec' in read) check(await writeSpec(read.spec, chosen), chosen);
  };
  const save = async (): Promise<void> => {
    if (state.mode !== 'edit') return;
    const start = await beginPush();
    const read = await readSpec(state.text, form);
    if ('spec' in read) ended(await updateResource(at, resource, read.spec, version.current), start);
  };
  const remove = async (): Promise<void> => {
    const start = await beginPush();
    if (!ended(await deleteResource(at, resource), start)) return;
    location.hash = addressOf({ mesh: at.mesh, owner: shown.owner, page: 'resources' });
  };
  const ended = (outcome: Outcome, start: PushStart): boolean => {
    if (outcome.kind === 'conflict') setFailure(t.resources.conflict);
    if (outcome.kind === 'refused') setFailure(outcome.message);
    if (outcome.kind !== 'done') return false;
    setPush(start);
    setFailure(undefined);
    setState({ mode: 'read' });
    return true;
  };
  const service = isAppMeshs(resource) ? 'appmesh' : 'daybreak';
  return (
    <ResourceCard
      t={t}
      now={now.value}
      resource={resource}
      form={form}
      text={text}
      state={state}
      copyForm={copyForm}
      copied={copied}
      push={push && pushOf(push)}
      failure={failure}
      canUpdate={may.value(`${service}:${operationOn('Update', resource.kind)}`)}
      canDelete={may.value(`${service}:${operationOn('Delete', resource.kind)}`)}
      onForm={(chosen) => {
        setForm(chosen);
        void change(chosen);
      }}
      onCopyForm={setCopyForm}
      onEdit={(next) => check(next, form)}
      onMode={(mode) => {
        setFailure(undefined);
        asking.current?.abort();
        if (mode === 'edit') {
          version.current = resource.version;
          setPush(undefined);
          // Not the text on view, which may not be there yet: an empty text would be saved as an empty specification.
          void writeSpec(resource.spec, form).then((current) => check(current, form));
        } else if (mode === 'delete') {
          setState({ mode, preview: { state: 'checking' } });
          void previewOf(at, resource, 'Delete', undefined).then((preview) => setState({ mode, preview }));
        } else setState({ mode });
      }}
      onSave={() => void save()}
      onDelete={() => void remove()}
    />
  );
}
