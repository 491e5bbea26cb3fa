import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { proxiesOf, type ProxyState } from '../model/proxies.ts';
import { ProxiesPage } from '../pages/proxies-page.tsx';
import { now, proxyStatus, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';

const filter = signal<ProxyState | 'all'>('all');
const search = signal('');

/** The list of proxies. */
export function ConnectedProxies({ shown, at }: PageState): JSX.Element {
  const found = proxyStatus.value;
  return (
    <ProxiesPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      proxies={
        found.state === 'ready' ? { state: 'ready', value: proxiesOf(found.value.proxies, at) } : found
      }
      filter={filter.value}
      search={search.value}
      onSearch={(text) => {
        search.value = text;
      }}
      onFilter={(chosen) => {
        filter.value = chosen;
      }}
    />
  );
}
