import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { History, SpecChange, Undone } from '../../controlplane/console/contract.ts';
import { call, CallError, query } from '../api/call.ts';
import { operationOn } from '../api/kinds.ts';
import { isAppMeshs } from '../model/copy-as.ts';
import type { Kind } from '../model/resources.ts';
import { ChangesPage } from '../pages/changes-page.tsx';
import { may, now, revision, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { useLoaded } from './use-loaded.ts';

const LIMIT = 50;

/** The changes of the mesh on view. */
export function ConnectedChanges({ shown, at }: PageState): JSX.Element {
  const t = texts.value;
  const [older, setOlder] = useState<History>();
  const [refusal, setRefusal] = useState<{ change: string; message: string }>();
  const [reverted, setReverted] = useState<ReadonlySet<string>>(new Set());
  const page = (before?: string): Promise<History> =>
    call<History>(
      `/console/history${query({ mesh: at.mesh, owner: at.owner === '' ? undefined : at.owner, limit: `${LIMIT}`, before })}`,
    );
  const newest = useLoaded(`${at.owner}/${at.mesh}`, `${revision.value}`, () => page());
  const first = newest.state === 'ready' ? newest.value : undefined;
  const firsts = new Set(first?.changes.map(({ id }) => id));
  const changes = [...(first?.changes ?? []), ...(older?.changes ?? []).filter(({ id }) => !firsts.has(id))];
  const next = older === undefined ? first?.next : older.next;
  const revert = async (change: SpecChange): Promise<void> => {
    setRefusal(undefined);
    try {
      await call<Undone>('/console/undo', {
        method: 'POST',
        body: { mesh: at.mesh, ...(at.owner === '' ? {} : { owner: at.owner }), change: change.id },
      });
      setReverted(new Set([...reverted, change.id]));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      setRefusal({ change: change.id, message: error.message });
    }
  };
  return (
    <ChangesPage
      t={t}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      changes={changes}
      more={next !== undefined}
      failure={
        newest.state !== 'failed'
          ? undefined
          : newest.code === 'UnknownOperationException'
            ? t.changes.unavailable
            : newest.message
      }
      refusal={refusal}
      reverted={reverted}
      mayRevert={({ resource, change }) => {
        const kind = resource.kind as Kind;
        const verb = change === 'create' ? 'Delete' : change === 'delete' ? 'Create' : 'Update';
        return may.value(`${isAppMeshs({ kind }) ? 'appmesh' : 'daybreak'}:${operationOn(verb, kind)}`);
      }}
      onMore={() => {
        void page(next).then((found) =>
          setOlder({ ...found, changes: [...(older?.changes ?? []), ...found.changes] }),
        );
      }}
      onRevert={(change) => void revert(change)}
    />
  );
}
