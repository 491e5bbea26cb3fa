import type { JSX } from 'preact';
import { find, ofKind } from '../model/resources.ts';
import { inMatchOrder } from '../model/routes/routes.ts';
import { ServicePage } from '../pages/service-page.tsx';
import { now, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { routeCards } from './route-cards.ts';
import { useStandings } from './use-standings.ts';

/** The page of a virtual service, with the edits of its routes. */
export function ConnectedService({ shown, at, model }: PageState): JSX.Element {
  const [name = ''] = shown.rest;
  const service = ofKind(model, 'virtualService').find((each) => each.name === name);
  const router = service?.spec.provider?.virtualRouter?.virtualRouterName;
  const routes = router === undefined ? [] : inMatchOrder(ofKind(model, 'route', router));
  const found =
    router === undefined ? undefined : find(model, { kind: 'virtualRouter', parent: '', name: router });
  const standings = useStandings(at, routes);
  return (
    <ServicePage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      name={name}
      service={service}
      router={found}
      routes={routeCards(at, model, routes, standings)}
    />
  );
}
