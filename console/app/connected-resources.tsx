import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { KINDS, compare, keyOf, type Kind } from '../model/resources.ts';
import { Empty } from '../parts/empty.tsx';
import { ResourcesPage } from '../pages/resources-page.tsx';
import { texts } from '../state/state.ts';
import { ConnectedResource } from './connected-resource.tsx';
import { creatable } from './may-on.ts';
import { NewResource } from './new-resource.tsx';
import type { PageState } from './page-state.ts';

const kind = signal<Kind | 'all'>('all');
const filter = signal('');

/** The resources of the mesh on view, and the one that the address names. */
export function ConnectedResources(state: PageState): JSX.Element {
  const { shown, at, model } = state;
  const t = texts.value;
  const key = shown.rest.join('/');
  const resources = model.resources.toSorted(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compare(a.parent, b.parent) || compare(a.name, b.name),
  );
  const chosen = resources.find((each) => keyOf(each) === key);
  const isNew = shown.query['new'] !== undefined;
  return (
    <ResourcesPage
      t={t}
      mesh={at.mesh}
      owner={shown.owner}
      resources={resources}
      chosen={chosen && key}
      kind={kind.value}
      filter={filter.value}
      writable={creatable().length > 0}
      onKind={(each) => {
        kind.value = each;
      }}
      onFilter={(text) => {
        filter.value = text;
      }}
    >
      {isNew ? (
        <NewResource {...state} />
      ) : chosen !== undefined ? (
        <ConnectedResource key={key} {...state} resource={chosen} />
      ) : (
        <div class="card">
          <Empty title={key === '' ? t.resources.choose : t.resources.notFound} />
        </div>
      )}
    </ResourcesPage>
  );
}
