import type { JSX } from 'preact';
import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import type { NodeAccess } from '../model/security/identity-answers.ts';
import { addressOf } from '../app/place.ts';
import { allowing, callerName, refusalKey } from '../model/security/allow.ts';
import { Effect } from '../parts/effect.tsx';
import { Name } from '../parts/name.tsx';
import { NotReady } from '../parts/not-ready.tsx';
import { useFocus } from '../parts/use-focus.ts';
import type { IdentityPageProps } from './identity-state.ts';

/** The callers that proxies refuse, or would refuse, each with the change that admits it. */
export function Refused(props: IdentityPageProps): JSX.Element {
  const { t, access, refusal } = props;
  const refused =
    access.state === 'ready' ? access.value.nodes.filter((each) => each.refused.length > 0) : [];
  return (
    <section class="card">
      <div class="head">
        <h2>{t.identity.refused}</h2>
        <span class="quiet small">{t.identity.refusedLead}</span>
      </div>
      {access.state !== 'ready' ? (
        <div class="body">
          <NotReady t={t} state={access} />
        </div>
      ) : refused.length === 0 ? (
        <p class="body quiet">{t.identity.noRefused}</p>
      ) : (
        <ul class="list">
          {refused.flatMap((node) =>
            node.refused.map((each) => (
              <li key={refusalKey(node.virtualNode, each)}>
                <One {...props} node={node} one={each} />
              </li>
            )),
          )}
        </ul>
      )}
      {refusal === undefined ? null : (
        <p class="note bad" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}

type OneProps = IdentityPageProps & { readonly node: NodeAccess; readonly one: Refusal };

function One(props: OneProps): JSX.Element {
  const { t, model, node, one, asked, mayAllow, onAllow } = props;
  const { virtualNode, authorization } = node;
  const isEnforced = authorization === 'ENFORCE';
  const way = allowing(model, virtualNode, one);
  const isAsked = asked?.key === refusalKey(virtualNode, one);
  return (
    <div class="problem" tabIndex={-1}>
      <div class="row">
        <span class={`badge ${isEnforced ? 'bad' : 'warn'}`}>
          {isEnforced ? t.identity.isRefused(one.count) : t.identity.wouldBeRefused(one.count)}
        </span>
        <span>
          <span class="name">
            <Name text={one.caller === '' ? t.identity.withoutIdentity : callerName(model, one.caller)} />
          </span>
          {' → '}
          <span class="name">
            <Name text={`${virtualNode}:${one.port}`} />
          </span>
        </span>
      </div>
      <div class="row">
        <span>
          <strong>{`${t.problems.fix}: `}</strong>
          {way.kind === 'policy'
            ? t.identity.fixAllow
            : way.kind === 'denied'
              ? t.identity.fixDenied(one.rule)
              : t.identity.fixNoIdentity}
        </span>
        {way.kind === 'denied' ? <PolicyLink {...props} policy={way.policy} /> : null}
        {way.kind === 'policy' && mayAllow && !isAsked ? (
          <button type="button" class="button slim" onClick={() => onAllow(virtualNode, one)}>
            {t.identity.allow}
          </button>
        ) : null}
      </div>
      {isAsked ? <Confirm {...props} /> : null}
    </div>
  );
}

function PolicyLink({ t, mesh, owner, policy }: OneProps & { policy: string }): JSX.Element {
  const rest = [`accessPolicy/${policy}`];
  return (
    <a class="button slim" href={addressOf({ mesh, owner, page: 'resources', rest })}>
      {`${t.problems.go}: ${policy}`}
    </a>
  );
}

function Confirm({ t, asked, onConfirm, onCancel }: OneProps): JSX.Element | null {
  const dialog = useFocus<HTMLDivElement>();
  if (asked?.allowing.kind !== 'policy') return null;
  const { verb, id, spec } = asked.allowing;
  const { state } = asked.preview;
  return (
    <div ref={dialog} class="stack" role="alertdialog" aria-label={t.identity.allow} tabIndex={-1}>
      <p>
        <strong>{verb === 'Create' ? t.identity.creates(id.name) : t.identity.extends(id.name)}</strong>
      </p>
      <pre class="code" tabIndex={0}>
        {JSON.stringify(spec, undefined, 2)}
      </pre>
      <Effect t={t} preview={asked.preview} />
      <div class="row">
        <button
          type="button"
          class="button first"
          disabled={asked.saving || (state !== 'ready' && state !== 'unknown')}
          onClick={onConfirm}
        >
          {t.identity.allow}
        </button>
        <button type="button" class="button" disabled={asked.saving} onClick={onCancel}>
          {t.resources.cancel}
        </button>
      </div>
    </div>
  );
}
