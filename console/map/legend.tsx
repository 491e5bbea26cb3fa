import type { JSX } from 'preact';
import { iconPath } from '../parts/icon.tsx';
import { LOCK_DASHES } from './lock.ts';
import type { Texts } from '../text/texts.ts';

/** The meaning of the kinds of lines. */
export function Legend({ t, hasLocks }: { t: Texts; hasLocks: boolean }): JSX.Element {
  const kinds = [
    ['busy', t.map.legendFlow],
    ['idle', t.map.legendIdle],
    ['fault', t.map.legendFault],
  ] as const;
  return (
    <div class="legend" role="note" aria-label={t.map.legend}>
      {hasLocks
        ? ([undefined, LOCK_DASHES] as const).map((dashes) => (
            <span key={dashes ?? 'closed'} class="piece">
              <svg class="legend-lock" viewBox="0 0 24 24" aria-hidden="true">
                <path class="lock" d={iconPath('lock')} stroke-dasharray={dashes} />
              </svg>
              {dashes === undefined ? t.map.strict : t.map.permissive}
            </span>
          ))
        : null}
      {kinds.map(([kind, text]) => (
        <span key={kind}>
          <svg viewBox="0 0 26 8" aria-hidden="true">
            <g class={`flow ${kind}`}>
              <path class="way" d="M0 4H26" />
            </g>
          </svg>
          {text}
        </span>
      ))}
    </div>
  );
}
