import type { JSX } from 'preact';
import { addressOf } from '../app/place.ts';
import { keyOf } from '../model/resources.ts';
import { Authority } from './identity-authority.tsx';
import { Accepting } from './identity-callers.tsx';
import { Refused } from './identity-refused.tsx';
import type { IdentityPageProps } from './identity-state.ts';
import { Tokens } from './identity-tokens.tsx';

/** The page of identities: how nodes take their callers, which ones they refuse, who holds which certificate, and the tokens of proxies. */
export function IdentityPage(props: IdentityPageProps): JSX.Element {
  const { t } = props;
  return (
    <div class="page">
      <header>
        <h1>{t.pages.identity}</h1>
        <p class="lead">{t.identity.lead}</p>
      </header>
      <Accepting {...props} />
      <Refused {...props} />
      <Authority {...props} />
      <Bindings {...props} />
      <Tokens {...props} />
    </div>
  );
}

function Bindings({ t, mesh, owner, bindings }: IdentityPageProps): JSX.Element {
  return (
    <section class="card">
      <div class="head">
        <h2>{t.identity.bindings}</h2>
      </div>
      {bindings.length === 0 ? (
        <p class="body quiet">{t.identity.noBindings}</p>
      ) : (
        <ul class="list">
          {bindings.map((each) => (
            <li key={keyOf(each)} class="change">
              <span class="badge">{t.kinds[each.kind]}</span>
              <a class="name" href={addressOf({ mesh, owner, page: 'resources', rest: [keyOf(each)] })}>
                {each.name}
              </a>
              <span class="quiet small">{`v${each.version}`}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
