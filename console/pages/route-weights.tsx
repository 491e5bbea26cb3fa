import type { JSX } from 'preact';
import { rateText } from '../model/figures/figures.ts';
import type { Observed } from '../model/figures/observed.ts';
import type { Target } from '../model/routes/routes.ts';
import { Name } from '../parts/name.tsx';
import { percent, type Texts } from '../text/texts.ts';
import type { RouteCardState } from './route-card-state.ts';

/** The largest weight that the API takes. */
const LARGEST = 100;
const TONES = 6;

type WeightsProps = RouteCardState & { readonly t: Texts; readonly shown: readonly Target[] };

/** The targets of a route: a bar of their shares, one of what reached them, and the weight of each. */
export function RouteWeights(props: WeightsProps): JSX.Element {
  const { t, shown, seen, targets, writable, others } = props;
  // While the user moves weights, the figures are those of other weights.
  const observed = targets === undefined ? seen : undefined;
  return (
    <>
      <div class="stack tight">
        <ShareBar shares={shown.map(({ share }) => share)} />
        {observed === undefined || observed.requests === 0 ? null : (
          <ShareBar shares={observed.targets.map(({ share = 0 }) => share)} slim />
        )}
      </div>
      <div class="weights">
        {shown.map((target, index) => (
          <Weight
            key={`${target.virtualNode} ${index}`}
            {...props}
            index={index}
            target={target}
            observed={observed?.targets[index]}
          />
        ))}
      </div>
      {observed === undefined ? null : (
        <p class="quiet small">
          {[
            t.canaries.window(Math.round(observed.requests), observed.seconds),
            ...(observed.mixed ? [t.canaries.mixed] : []),
          ].join(' ')}
        </p>
      )}
      {writable && others.length > 0 ? <AddTarget {...props} /> : null}
    </>
  );
}

function Weight({
  t,
  index,
  target: { virtualNode, port, weight, share },
  observed,
  writable,
  saving,
  onWeight,
}: WeightsProps & {
  readonly index: number;
  readonly target: Target;
  readonly observed: Observed | undefined;
}): JSX.Element {
  const name = port === undefined ? virtualNode : `${virtualNode}:${port}`;
  const set = (text: string): void => {
    const value = Math.round(Number(text));
    if (Number.isFinite(value)) onWeight(index, Math.min(LARGEST, Math.max(0, value)));
  };
  const input = {
    min: 0,
    max: LARGEST,
    value: weight,
    disabled: saving,
    'aria-label': t.service.weightOf(name),
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => set(currentTarget.value),
  };
  return (
    <div class="weight">
      <span class="row target">
        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
          <rect class={`tone-${index % TONES}`} width="10" height="10" rx="3" />
        </svg>
        <span class="name">
          <Name text={name} />
        </span>
      </span>
      {writable ? (
        <>
          <input type="range" step={1} {...input} />
          <input type="number" {...input} />
        </>
      ) : (
        <span class="quiet fixed">{`${t.service.weight} ${weight}`}</span>
      )}
      <span class="share">{percent(share)}</span>
      {observed === undefined ? null : <Seen t={t} observed={observed} />}
    </div>
  );
}

/** The traffic that reached a target. */
function Seen({ t, observed }: { t: Texts; observed: Observed }): JSX.Element {
  const { share, perSecond, errors, unlike } = observed;
  return (
    <span class="seen small">
      {share === undefined ? (
        <span class="quiet">{t.map.noRequests}</span>
      ) : (
        <>
          <span class={unlike ? 'badge warn' : 'quiet'}>{t.canaries.seen(percent(share))}</span>
          <span class="quiet">{t.map.perSecond(rateText(perSecond))}</span>
          {errors === undefined ? null : (
            <span class={errors >= 0.01 ? 'badge bad' : 'quiet'}>{t.map.errors(percent(errors))}</span>
          )}
          {unlike ? <span class="quiet">{t.canaries.unlike}</span> : null}
        </>
      )}
    </span>
  );
}

function AddTarget({ t, others, onAdd }: WeightsProps): JSX.Element {
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

function ShareBar({ shares, slim = false }: { shares: readonly number[]; slim?: boolean }): JSX.Element {
  let at = 0;
  return (
    <svg
      class={`bar-svg ${slim ? 'slim' : ''}`}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="bar-ground" width="100" height="10" />
      {shares.map((share, index) => {
        const x = at;
        at += share * 100;
        return (
          <rect
            key={index}
            class={`tone-${index % TONES}`}
            x={x}
            width={Math.max(0, share * 100 - (at < 99.9 ? 0.4 : 0))}
            height="10"
          />
        );
      })}
    </svg>
  );
}
