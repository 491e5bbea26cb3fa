import type { JSX } from 'preact';
import { call } from '../api/call.ts';
import { isAppMeshs } from '../model/copy-as.ts';
import { IdentityPage, type Identities } from '../pages/identity-page.tsx';
import { graph, now, revision, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { useLoaded } from './use-loaded.ts';

/** Identities in the mesh on view. */
export function ConnectedIdentity({ shown, at, model }: PageState): JSX.Element {
  const minute = Math.floor(now.value / 60_000);
  const identities = useLoaded('identity', `${revision.value} ${minute}`, () =>
    call<Identities>('/daybreak/v1/identity'),
  );
  return (
    <IdentityPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      identities={identities}
      bindings={model.resources.filter((each) => !isAppMeshs(each))}
      nodes={graph.value.pieces.filter(({ kind, fault }) => kind === 'virtualNode' && fault !== 'missing')}
    />
  );
}
