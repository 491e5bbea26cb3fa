import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import { keyOf, type Typed } from '../model/resources.ts';
import { describeMatch, protocolOf, targetsOf, type Target } from '../model/routes.ts';
import { Effect } from '../parts/effect.tsx';
import { PushProgress, type Push } from '../parts/push-progress.tsx';
import { percent, type Texts } from '../text/texts.ts';
import type { Preview } from '../state/change.ts';

/** The largest weight that the API takes. */
const LARGEST = 100;
const TONES = 6;

/** The state of one route, and what the user may do with it. */
export type RouteCardState = {
  /** The key of the route. */
  readonly id: string;
  readonly route: Typed<'route'>;
  /** The targets as the user has changed them; undefined: as they are. */
  readonly targets: readonly Target[] | undefined;
  /** Nodes that could be further targets. */
  readonly others: readonly string[];
  readonly preview: Preview;
  readonly push: Push | undefined;
  /** Whether the route was changed elsewhere since the user began to move weights. */
  readonly conflict: boolean;
  readonly error: string | undefined;
  /** Whether the caller may change it. */
  readonly writable: boolean;
  readonly undoable: boolean;
  readonly onWeight: (index: number, weight: number) => void;
  readonly onAdd: (virtualNode: string) => void;
  readonly onReset: () => void;
  readonly onApply: () => void;
  /** Saves although the route was changed elsewhere. */
  readonly onOverwrite: () => void;
  readonly onUndo: () => void;
};

/** One route: its match, its targets with their weights, and the way of a change. */
export function RouteCard(
  props: RouteCardState & {
    readonly t: Texts;
    readonly number: number;
    readonly at: { readonly mesh: string; readonly owner: string };
  },
): JSX.Element {
  const { t, route, number, at, targets, preview, push, conflict, error, writable, undoable } = props;
  const { onReset, onApply, onOverwrite, onUndo } = props;
  const shown = targets ?? targetsOf(route.spec);
  const isZero = shown.every(({ weight }) => weight === 0);
  const match = describeMatch(route.spec);
  const headingId = `route-${number}`;
  return (
    <section class="card" aria-labelledby={headingId}>
      <div class="head">
        <span class="badge">{number}</span>
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
      <div class="body">
        <ShareBar shares={shown.map(({ share }) => share)} />
        <div class="weights">
          {shown.map(({ virtualNode, port, weight, share }, index) => (
            <Weight
              key={`${virtualNode} ${index}`}
              {...props}
              index={index}
              name={port === undefined ? virtualNode : `${virtualNode}:${port}`}
              weight={weight}
              share={share}
            />
          ))}
        </div>
        {writable && props.others.length > 0 ? <AddTarget {...props} /> : null}
        {isZero ? <p class="note warn">{t.service.zero}</p> : null}
        {conflict ? (
          <div class="note warn" role="alert">
            <strong>{t.service.conflict}</strong> {t.service.conflictHow}
            <div class="row">
              <button type="button" class="button slim" onClick={onReset}>
                {t.service.takeTheirs}
              </button>
              <button type="button" class="button slim danger" onClick={onOverwrite}>
                {t.service.overwrite}
              </button>
            </div>
          </div>
        ) : null}
        {targets === undefined ? null : (
          <>
            <Effect t={t} preview={preview} />
            <div class="row">
              <button
                type="button"
                class="button first"
                disabled={isZero || conflict || preview.state === 'refused'}
                onClick={onApply}
              >
                {t.service.apply}
              </button>
              <button type="button" class="button" onClick={onReset}>
                {t.service.reset}
              </button>
            </div>
          </>
        )}
        {error === undefined ? null : (
          <p class="note bad" role="alert">
            {error}
          </p>
        )}
        {push === undefined ? null : <PushProgress t={t} push={push} />}
        {undoable && writable && targets === undefined ? (
          <div class="row">
            <button type="button" class="button" onClick={onUndo}>
              {t.service.undo}
            </button>
          </div>
        ) : null}
      </div>
    </section>
  );
}

function AddTarget({ t, others, onAdd }: RouteCardState & { readonly t: Texts }): JSX.Element {
  return (
    <div>
      <select
        class="slim"
        aria-label={t.service.addTarget}
        value=""
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '') onAdd(currentTarget.value);
          currentTarget.value = '';
        }}
      >
        <option value="">{`+ ${t.service.addTarget}`}</option>
        {others.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Weight({
  t,
  index,
  name,
  weight,
  share,
  writable,
  onWeight,
}: RouteCardState & {
  readonly t: Texts;
  readonly index: number;
  readonly name: string;
  readonly weight: number;
  readonly share: number;
}): JSX.Element {
  const set = (text: string): void => {
    const value = Math.round(Number(text));
    if (Number.isFinite(value)) onWeight(index, Math.min(LARGEST, Math.max(0, value)));
  };
  return (
    <div class="weight">
      <span class="row target">
        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
          <rect class={`tone-${index % TONES}`} width="10" height="10" rx="3" />
        </svg>
        <span class="name">{name}</span>
      </span>
      {writable ? (
        <>
          <input
            type="range"
            min={0}
            max={LARGEST}
            step={1}
            value={weight}
            aria-label={t.service.weightOf(name)}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
          <input
            type="number"
            min={0}
            max={LARGEST}
            value={weight}
            aria-label={t.service.weightOf(name)}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
        </>
      ) : (
        <span class="quiet fixed">{`${t.service.weight} ${weight}`}</span>
      )}
      <span class="share">{percent(share)}</span>
    </div>
  );
}

function ShareBar({ shares }: { shares: readonly number[] }): JSX.Element {
  let at = 0;
  return (
    <svg class="bar-svg" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-ground" width="100" height="10" />
      {shares.map((share, index) => {
        const x = at;
        at += share * 100;
        return (
          <rect
            key={index}
            class={`tone-${index % TONES}`}
            x={x}
            width={Math.max(0, share * 100 - 0.4)}
            height="10"
          />
        );
      })}
    </svg>
  );
}
