import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, CallError, query } from '../api/call.ts';
import { readIdentities } from '../api/identities.ts';
import { isAppMeshs } from '../model/text/copy-as.ts';
import { securityIn } from '../model/security/security.ts';
import { IdentityPage } from '../pages/identity-page.tsx';
import type { AccessReport, Plaintext, TokenList } from '../model/security/identity-answers.ts';
import { graph, may, now, revision, texts } from '../state/state.ts';
import { wordsOf } from '../state/words-of.ts';
import type { PageState } from './page-state.ts';
import { useAllow } from './use-allow.ts';
import { useLoaded } from './use-loaded.ts';

/** How often the page reads what changes without the model, in milliseconds: agents report refusals every ten seconds. */
const READ_MS = 15_000;

/** Identities in the mesh on view. */
export function ConnectedIdentity({ shown, at, model }: PageState): JSX.Element {
  const t = texts.value;
  const [refusal, setRefusal] = useState<string>();
  const { asked, ask, allow, cancel } = useAllow(at, model, setRefusal);
  const [revoked, setRevoked] = useState(0);
  const mesh = `${at.owner}/${at.mesh}`;
  const since = `${revision.value} ${Math.floor(now.value / READ_MS)}`;
  const identities = useLoaded('identity', since, readIdentities);
  const plaintext = useLoaded(mesh, since, () => call<Plaintext>('/daybreak/v1/identity/plaintext'));
  const access = useLoaded(mesh, since, () =>
    call<AccessReport>(`/daybreak/v1/access${query({ mesh: at.mesh, meshOwner: at.owner })}`),
  );
  const tokens = useLoaded('tokens', `${since} ${revoked}`, () => call<TokenList>('/daybreak/v1/tokens'));

  const revoke = async (id: string): Promise<void> => {
    setRefusal(undefined);
    try {
      await call('/daybreak/v1/tokens/revoke', { method: 'POST', body: { id } });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      setRefusal(wordsOf(error));
    }
    setRevoked((count) => count + 1);
  };
  return (
    <IdentityPage
      t={t}
      mesh={at.mesh}
      owner={shown.owner}
      now={now.value}
      model={model}
      identities={identities}
      plaintext={plaintext}
      access={access}
      tokens={tokens}
      bindings={model.resources.filter((each) => !isAppMeshs(each))}
      nodes={graph.value.pieces.filter(({ kind, fault }) => kind === 'virtualNode' && fault !== 'missing')}
      securityOf={securityIn(model)}
      asked={asked}
      refusal={refusal}
      mayAllow={may.value('daybreak:CreateAccessPolicy') && may.value('daybreak:UpdateAccessPolicy')}
      mayRevoke={may.value('daybreak:RevokeJoinTokens')}
      onAllow={ask}
      onConfirm={allow}
      onCancel={cancel}
      onRevoke={(id) => void revoke(id)}
    />
  );
}
