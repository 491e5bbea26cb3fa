import type { JSX } from 'preact';
import { ConnectedMap } from './connected-map.tsx';
import { ConnectedProxies } from './connected-proxies.tsx';
import { later } from './later.tsx';
import type { PageState } from './page-state.ts';

// The first view is the map or the proxies. The browser loads the others afterwards.
const pages = () => import('./later-pages.ts');
const Canaries = later(async () => (await pages()).ConnectedCanaries);
const Changes = later(async () => (await pages()).ConnectedChanges);
const Explain = later(async () => (await pages()).ConnectedExplain);
const Identity = later(async () => (await pages()).ConnectedIdentity);
const Problems = later(async () => (await pages()).ConnectedProblems);
const Proxy = later(async () => (await pages()).ConnectedProxy);
const Resources = later(async () => (await pages()).ConnectedResources);
const Service = later(async () => (await pages()).ConnectedService);

/** How long after the start the other pages are loaded, in milliseconds: the first view goes first. */
const LOAD_MS = 2000;

/** Loads the code of all pages, so that they open at once, also while the control plane is away. */
export function loadPages(): void {
  setTimeout(() => {
    for (const page of [Canaries, Changes, Explain, Identity, Problems, Proxy, Resources, Service])
      void page.load();
    // It is tried again when a resource is shown.
    void import('../model/text/text-forms.ts').catch(() => undefined);
  }, LOAD_MS);
}

/** The page that the address names. */
export function PageOf(state: PageState): JSX.Element {
  switch (state.shown.page) {
    case 'service':
      return <Service {...state} />;
    case 'canaries':
      return <Canaries {...state} />;
    case 'proxies':
      return state.shown.rest.length > 0 ? <Proxy {...state} /> : <ConnectedProxies {...state} />;
    case 'explain':
      return <Explain {...state} />;
    case 'resources':
      return <Resources {...state} />;
    case 'changes':
      return <Changes {...state} />;
    case 'problems':
      return <Problems {...state} />;
    case 'identity':
      return <Identity {...state} />;
    case 'map':
      return <ConnectedMap {...state} />;
  }
}
