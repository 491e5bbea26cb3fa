import type { JSX } from 'preact';
import { ConnectedChanges } from './connected-changes.tsx';
import { ConnectedExplain } from './connected-explain.tsx';
import { ConnectedIdentity } from './connected-identity.tsx';
import { ConnectedMap } from './connected-map.tsx';
import { ConnectedProblems } from './connected-problems.tsx';
import { ConnectedProxies } from './connected-proxies.tsx';
import { ConnectedResources } from './connected-resources.tsx';
import { ConnectedService } from './connected-service.tsx';
import type { PageState } from './page-state.ts';

/** The page that the address names. */
export function PageOf(state: PageState): JSX.Element {
  switch (state.shown.page) {
    case 'service':
      return <ConnectedService {...state} />;
    case 'proxies':
      return <ConnectedProxies {...state} />;
    case 'explain':
      return <ConnectedExplain {...state} />;
    case 'resources':
      return <ConnectedResources {...state} />;
    case 'changes':
      return <ConnectedChanges {...state} />;
    case 'problems':
      return <ConnectedProblems {...state} />;
    case 'identity':
      return <ConnectedIdentity {...state} />;
    case 'map':
      return <ConnectedMap {...state} />;
  }
}
