import type { JSX } from 'preact';
import type { ProxyState } from '../model/proxies.ts';
import type { Texts } from '../text/texts.ts';

/** How much attention a state of a proxy needs. */
export const TONES: Readonly<Record<ProxyState, 'good' | 'warn' | 'bad'>> = {
  'in sync': 'good',
  updating: 'warn',
  refused: 'bad',
  waiting: 'warn',
  orphaned: 'warn',
};

/** The state of a proxy. */
export function StateBadge({ t, state }: { t: Texts; state: ProxyState }): JSX.Element {
  return (
    <span class={`badge ${TONES[state]}`} title={t.proxies.meanings[state]}>
      {t.proxies.states[state]}
    </span>
  );
}
