import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { History, ResourceName, SpecChange } from '../../controlplane/console/contract.ts';
import { call, query } from '../api/call.ts';
import type { MeshName } from '../api/kinds.ts';
import { find, keyOf, type Kind, type MeshModel, type ResourceId } from '../model/resources.ts';
import { ChangesPage } from '../pages/changes-page.tsx';
import { previewOf, undoChange, type Preview } from '../state/change.ts';
import { eventsRefused, now, readRevision, revision, texts } from '../state/state.ts';
import { mayOn } from './may-on.ts';
import type { PageState } from './page-state.ts';
import { useLoaded } from './use-loaded.ts';
import { useQuestion } from './use-question.ts';

const LIMIT = 50;

/** The changes of the mesh on view. */
export function ConnectedChanges({ shown, at, model }: PageState): JSX.Element {
  const t = texts.value;
  const [older, setOlder] = useState<History>();
  const [refusal, setRefusal] = useState<{ change: string; message: string }>();
  const [saving, setSaving] = useState(false);
  const [reverted, setReverted] = useState<ReadonlySet<string>>(new Set());
  const page = (before?: string): Promise<History> =>
    call<History>(
      `/console/history${query({ mesh: at.mesh, owner: at.owner === '' ? undefined : at.owner, limit: `${LIMIT}`, before })}`,
    );
  const newest = useLoaded(`${at.owner}/${at.mesh}`, `${revision.value} ${readRevision.value}`, () => page());
  const first = newest.state === 'ready' ? newest.value : undefined;
  const firsts = new Set(first?.changes.map(({ id }) => id));
  const changes = [...(first?.changes ?? []), ...(older?.changes ?? []).filter(({ id }) => !firsts.has(id))];
  const newestOf = (key: string) => changes.find(({ resource }) => keyOfName(resource) === key);
  const next = older === undefined ? first?.next : older.next;
  const [asked, setAsked] = useState<{ change: string; preview: Preview }>();
  const question = useQuestion();
  const revert = async (change: SpecChange): Promise<void> => {
    const { id, resource } = change;
    setRefusal(undefined);
    // The last change of a resource is reverted at once. If more changes would go, or the resource itself, the user sees the effect first.
    if (asked?.change !== id && (change.change === 'create' || newestOf(keyOfName(resource))?.id !== id)) {
      setAsked({ change: id, preview: { state: 'checking' } });
      const signal = question.next();
      const preview = await previewOfUndo(at, model, change, signal);
      if (signal.aborted) return;
      return setAsked((current) => (current?.change === id ? { change: id, preview } : current));
    }
    // A second click would find the resource changed by the first one.
    setSaving(true);
    const outcome = await undoChange(at, id, find(model, idOfName(resource)));
    setSaving(false);
    setAsked(undefined);
    if (outcome.kind === 'done') return setReverted(new Set([...reverted, id]));
    setRefusal({ change: id, message: outcome.kind === 'refused' ? outcome.message : t.changes.newerChange });
  };
  return (
    <ChangesPage
      t={t}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      changes={
        newest.state === 'ready'
          ? { state: 'ready', value: changes }
          : newest.state === 'failed' && newest.code === 'UnknownOperationException'
            ? { ...newest, message: t.changes.unavailable }
            : newest
      }
      asked={asked}
      saving={saving}
      isLive={!eventsRefused.value}
      onCancel={() => {
        question.stop();
        setAsked(undefined);
      }}
      more={next !== undefined}
      refusal={refusal}
      reverted={reverted}
      mayRevert={({ resource, change }) => {
        const verb = change === 'create' ? 'Delete' : change === 'delete' ? 'Create' : 'Update';
        return mayOn(verb, resource.kind as Kind);
      }}
      onMore={() => {
        void page(next).then(
          (found) => setOlder({ ...found, changes: [...(older?.changes ?? []), ...found.changes] }),
          // The button stays, and the page says if the control plane is away.
          () => undefined,
        );
      }}
      onRevert={(change) => void revert(change)}
    />
  );
}

function idOfName({ kind, parent, name }: ResourceName): ResourceId {
  return { kind: kind as Kind, parent, name };
}

function keyOfName(resource: ResourceName): string {
  return keyOf(idOfName(resource));
}

/** The effect of a revert: of the call that it amounts to. */
async function previewOfUndo(
  at: MeshName,
  model: MeshModel,
  { resource, before }: SpecChange,
  signal: AbortSignal,
): Promise<Preview> {
  const id = idOfName(resource);
  if (before === undefined) return previewOf(at, id, 'Delete', undefined, signal);
  return previewOf(at, id, find(model, id) === undefined ? 'Create' : 'Update', before.spec, signal);
}
