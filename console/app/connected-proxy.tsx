import type { JSX } from 'preact';
import type { ProxyDetails } from '../../controlplane/console/contract.ts';
import { call, query } from '../api/call.ts';
import { pieceOf } from '../model/proxies.ts';
import type { Dump } from '../model/way.ts';
import { ProxyPage } from '../pages/proxy-page.tsx';
import { now, status, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { useLoaded } from './use-loaded.ts';

/** The proxies of the resource that the address names. */
export function ConnectedProxy({ shown, at, model }: PageState): JSX.Element {
  const piece = shown.rest.join('/');
  const owned = at.owner === '' ? at.mesh : `${at.mesh}@${at.owner}`;
  const node = `mesh/${owned}/${piece}`;
  const proxies = (status.value?.proxies ?? []).filter(({ resource }) => pieceOf(resource, at) === piece);
  // The configuration changes with the model, and the details with each ACK.
  const versions = model.resources.reduce((sum, { version }) => sum + version, model.resources.length);
  const states = JSON.stringify(proxies.map(({ types, peer }) => [peer, types]));
  const dump = useLoaded(node, `${versions}`, () => call<Dump>(`/config-dump${query({ node })}`));
  const details = useLoaded(node, `${versions} ${states}`, () =>
    call<ProxyDetails>(`/console/proxy${query({ node })}`),
  );
  return (
    <ProxyPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      piece={piece}
      now={now.value}
      proxies={proxies}
      isKnown={status.value !== undefined}
      dump={dump}
      details={details}
    />
  );
}
