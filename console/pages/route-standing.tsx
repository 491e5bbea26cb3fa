import type { JSX } from 'preact';
import type { Target } from '../model/routes/routes.ts';
import { ago, percent, userName, type Texts } from '../text/texts.ts';
import type { RouteCardProps } from './route-card-state.ts';

/** The standing of a route: since when its weights are in force, which proxies have them, and the way back to the weights before. */
export function RouteStanding(props: RouteCardProps): JSX.Element {
  const { t, now, standing, holders, targets, writable, undoable, saving, onBack } = props;
  const { change, before, newest, since } = standing ?? { before: [], newest: false };
  const isBack = change !== undefined && before.length > 0 && newest && targets === undefined && !undoable;
  return (
    <div class="row small quiet">
      {standing === undefined ? null : (
        <span>
          {since === undefined ? (
            t.canaries.sinceLong
          ) : (
            <time dateTime={since} title={since}>
              {t.canaries.since(ago(t, since, now), change?.by && userName(t, change.by))}
            </time>
          )}
        </span>
      )}
      <span>
        {holders.connected === 0 ? t.map.noProxy : t.canaries.holders(holders.inSync, holders.connected)}
      </span>
      {isBack && writable ? (
        <button type="button" class="button slim" disabled={saving} onClick={() => onBack(change)}>
          {t.canaries.back(weightsText(t, before))}
        </button>
      ) : null}
    </div>
  );
}

function weightsText(t: Texts, targets: readonly Target[]): string {
  return targets
    .filter(({ weight }) => weight > 0)
    .map(({ virtualNode, share }) => `${virtualNode} ${percent(share)}`)
    .join(t.canaries.and);
}
