import type { JSX } from 'preact';
import type { Texts } from '../text/texts.ts';

/** What the kinds of lines mean. */
export function Legend({ t }: { t: Texts }): JSX.Element {
  const kinds = [
    ['busy', t.map.legendFlow],
    ['idle', t.map.legendIdle],
    ['fault', t.map.legendFault],
  ] as const;
  return (
    <div class="legend" role="note" aria-label={t.map.legend}>
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
