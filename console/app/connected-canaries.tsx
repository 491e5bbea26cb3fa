import type { JSX } from 'preact';
import { splitsOf } from '../model/routes/splits.ts';
import { CanariesPage } from '../pages/canaries-page.tsx';
import { now, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { routeCards } from './route-cards.ts';
import { useStandings } from './use-standings.ts';

/** The most routes on the page: the history of each is read. */
const SHOWN = 50;

/** The routes that split their traffic, in the mesh on view. */
export function ConnectedCanaries({ shown, at, model }: PageState): JSX.Element {
  const splits = splitsOf(model);
  const moving = splits.moving.slice(0, SHOWN);
  const resting = splits.resting.slice(0, SHOWN - moving.length);
  const standings = useStandings(at, [...moving, ...resting]);
  return (
    <CanariesPage
      t={texts.value}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      moving={routeCards(at, model, moving, standings)}
      resting={routeCards(at, model, resting, standings)}
      more={splits.moving.length + splits.resting.length - moving.length - resting.length}
    />
  );
}
