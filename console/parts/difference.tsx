import type { JSX } from 'preact';
import { difference } from '../model/difference.ts';

const SIGNS = { same: ' ', added: '+', removed: '-', gap: ' ' } as const;

/** The difference between two values, line by line. `label` names it for a screen reader. */
export function Difference({
  before,
  after,
  label,
}: {
  before: unknown;
  after: unknown;
  label: string;
}): JSX.Element {
  return (
    <div class="difference" role="region" aria-label={label} tabIndex={0}>
      {difference(before, after).map(({ kind, text }, index) => (
        <div key={index} class={kind}>
          {`${SIGNS[kind]} ${text}`}
        </div>
      ))}
    </div>
  );
}
