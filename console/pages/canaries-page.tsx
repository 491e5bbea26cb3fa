import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import { Empty } from '../parts/empty.tsx';
import type { Texts } from '../text/texts.ts';
import type { RouteCardState } from './route-card-state.ts';
import { RouteCard } from './route-card.tsx';

/** The state of the list of routes that split their traffic. */
export type CanariesPageProps = {
  readonly t: Texts;
  readonly mesh: string;
  readonly owner: string;
  readonly now: number;
  /** Routes whose traffic is divided. */
  readonly moving: readonly RouteCardState[];
  /** Routes with several targets, of which one has all the weight. */
  readonly resting: readonly RouteCardState[];
  /** Further ones that are not shown. */
  readonly more: number;
};

/** Each route that splits its traffic: intended weights, what reaches each target, since when, and the ways on and back. */
export function CanariesPage(props: CanariesPageProps): JSX.Element {
  const { t, moving, resting, more } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.canaries}</h1>
        <p class="lead">{t.canaries.lead}</p>
      </header>
      {moving.length === 0 ? (
        <div class="card">
          <Empty title={t.canaries.none}>
            <p>{t.canaries.noneHow}</p>
          </Empty>
        </div>
      ) : (
        moving.map((state) => <Split key={state.id} {...props} state={state} />)
      )}
      {resting.length === 0 ? null : (
        <section class="stack">
          <h2>{t.canaries.resting}</h2>
          {resting.map((state) => (
            <Split key={state.id} {...props} state={state} />
          ))}
        </section>
      )}
      {more === 0 ? null : <p class="quiet">{t.canaries.more(more)}</p>}
    </div>
  );
}

function Split({ t, mesh, owner, now, state }: CanariesPageProps & { state: RouteCardState }): JSX.Element {
  const at = { mesh, owner };
  return (
    <section class="stack">
      <p class="row">
        {state.services.length === 0 ? <span class="quiet">{t.canaries.noService}</span> : null}
        {state.services.map((name) => (
          <a key={name} class="name" href={addressOf({ ...at, page: 'service', rest: [name] })}>
            {name}
          </a>
        ))}
        <span class="quiet small">{`${t.kinds.virtualRouter} ${state.route.parent}`}</span>
      </p>
      <RouteCard {...state} t={t} now={now} at={at} />
    </section>
  );
}
