import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import { keyOf } from '../model/resources.ts';
import { describeMatch, protocolOf, targetsOf, type Target } from '../model/routes/routes.ts';
import { Effect } from '../parts/effect.tsx';
import { PushProgress } from '../parts/push-progress.tsx';
import type { RouteCardProps } from './route-card-state.ts';
import { RouteStanding } from './route-standing.tsx';
import { RouteWeights } from './route-weights.tsx';

/** One route: its match, its targets with their weights, and the way of a change. */
export function RouteCard(props: RouteCardProps): JSX.Element {
  const { t, route, targets, push, error, saving, writable, undoable, onUndo } = props;
  const shown = targets ?? targetsOf(route.spec);
  const headingId = `route-${props.id}`;
  return (
    <section id={`card-${props.id}`} class="card" aria-labelledby={headingId} tabIndex={-1}>
      <Head {...props} headingId={headingId} />
      <div class="body">
        <RouteWeights {...props} shown={shown} />
        <RouteStanding {...props} />
        {shown.every(({ weight }) => weight === 0) ? <p class="note warn">{t.service.zero}</p> : null}
        {props.conflict ? <Conflict {...props} /> : null}
        {targets === undefined ? null : <Edited {...props} shown={shown} />}
        {error === undefined ? null : (
          <p class="note bad" role="alert">
            {error}
          </p>
        )}
        {push === undefined ? null : <PushProgress t={t} push={push} />}
        {undoable && writable && targets === undefined ? (
          <div class="row">
            <button type="button" class="button" disabled={saving} onClick={onUndo}>
              {t.service.undo}
            </button>
          </div>
        ) : null}
      </div>
    </section>
  );
}

function Head({ t, route, number, at, headingId }: RouteCardProps & { headingId: string }): JSX.Element {
  const match = describeMatch(route.spec);
  return (
    <div class="head">
      {number === undefined ? null : <span class="badge">{number}</span>}
      <h2 id={headingId}>{route.name}</h2>
      <code class="match">{match === '' ? t.service.matchAll : match}</code>
      <span class="end">
        {route.spec.priority === undefined ? null : (
          <span class="badge">{t.service.priority(route.spec.priority)}</span>
        )}
        <span class="badge info">{protocolOf(route.spec)}</span>
        <a href={addressOf({ ...at, page: 'resources', rest: [keyOf(route)] })}>{t.resources.spec}</a>
      </span>
    </div>
  );
}

function Conflict({ t, saving, onReset, onOverwrite }: RouteCardProps): JSX.Element {
  return (
    <div class="note warn" role="alert">
      <strong>{t.service.conflict}</strong> {t.service.conflictHow}
      <div class="row">
        <button type="button" class="button slim" onClick={onReset}>
          {t.service.takeTheirs}
        </button>
        <button type="button" class="button slim danger" disabled={saving} onClick={onOverwrite}>
          {t.service.overwrite}
        </button>
      </div>
    </div>
  );
}

/** The effect of moved weights, and the buttons that save or drop them. */
function Edited({
  t,
  preview,
  conflict,
  saving,
  shown,
  onApply,
  onReset,
}: RouteCardProps & { shown: readonly Target[] }): JSX.Element {
  const isZero = shown.every(({ weight }) => weight === 0);
  return (
    <>
      <Effect t={t} preview={preview} />
      <div class="row">
        <button
          type="button"
          class="button first"
          disabled={isZero || conflict || saving || preview.state === 'refused'}
          onClick={onApply}
        >
          {t.service.apply}
        </button>
        <button type="button" class="button" disabled={saving} onClick={onReset}>
          {t.service.reset}
        </button>
      </div>
    </>
  );
}
