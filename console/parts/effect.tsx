import type { JSX } from 'preact';
import type { ChangePreview, TouchedProxy } from '../../controlplane/console/contract.ts';
import type { Preview } from '../state/change.ts';
import type { Texts } from '../text/texts.ts';
import { Difference } from './difference.tsx';

/** The effect of a change before it is made: the proxies that it touches, and the exact difference of each. */
export function Effect({ t, preview }: { t: Texts; preview: Preview }): JSX.Element | null {
  if (preview.state === 'none') return null;
  if (preview.state === 'unknown')
    return preview.why === undefined ? null : <p class="note">{preview.why}</p>;
  if (preview.state === 'checking') {
    return (
      <p class="row quiet" role="status">
        <span class="spinner" aria-hidden="true" />
        {t.service.checking}
      </p>
    );
  }
  if (preview.state === 'refused') {
    return (
      <p class="note bad" role="alert">
        {preview.message}
      </p>
    );
  }
  return <Touched t={t} effect={preview.effect} />;
}

function Touched({ t, effect }: { t: Texts; effect: ChangePreview }): JSX.Element {
  const connected = effect.proxies.reduce((sum, each) => sum + each.connected, 0);
  return (
    <div class="stack" role="status">
      <p>
        <strong>{connected === 0 ? t.service.touchesNone : t.service.touches(connected)}</strong>
      </p>
      <ul class="proxies-list">
        {effect.proxies.map((proxy, index) => (
          <li key={`${proxy.resource} ${index}`}>
            <TouchedOne t={t} proxy={proxy} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function TouchedOne({ t, proxy }: { t: Texts; proxy: TouchedProxy }): JSX.Element {
  const { resource, connected, differences = [], problems } = proxy;
  return (
    <details>
      <summary>
        {resource.split('/').slice(2).join('/')}{' '}
        <span class="badge">{connected === 0 ? t.map.noProxy : t.map.proxies(connected)}</span>
      </summary>
      <div class="stack inset">
        {problems.added.map(({ where, what }) => (
          <p key={`${where} ${what}`} class="note warn">
            <code>{where}</code>
            {`: ${what}`}
          </p>
        ))}
        {differences.map(({ type, name, before, after }) => (
          <div key={`${type} ${name}`} class="stack">
            <p class="small quiet">
              {`${type} `}
              <code>{name}</code>
            </p>
            <Difference before={before} after={after} label={`${t.service.difference}: ${name}`} />
          </div>
        ))}
      </div>
    </details>
  );
}
