import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import { call, CallError, query } from '../api/call.ts';
import { allowing, refusalKey } from '../model/allow.ts';
import { isAppMeshs } from '../model/copy-as.ts';
import { find } from '../model/resources.ts';
import { securityIn } from '../model/security.ts';
import { IdentityPage } from '../pages/identity-page.tsx';
import type { AccessReport, Identities, Plaintext, TokenList } from '../model/identity-answers.ts';
import type { Asked } from '../pages/identity-state.ts';
import { createResource, previewOf, updateResource } from '../state/change.ts';
import { graph, may, now, revision, texts } from '../state/state.ts';
import { wordsOf } from '../state/words-of.ts';
import type { PageState } from './page-state.ts';
import { useLoaded } from './use-loaded.ts';

/** How often the page reads what changes without the model, in milliseconds: agents report refusals every ten seconds. */
const READ_MS = 15_000;

/** Identities in the mesh on view. */
export function ConnectedIdentity({ shown, at, model }: PageState): JSX.Element {
  const t = texts.value;
  const [asked, setAsked] = useState<Asked>();
  const [refusal, setRefusal] = useState<string>();
  const [revoked, setRevoked] = useState(0);
  const mesh = `${at.owner}/${at.mesh}`;
  const since = `${revision.value} ${Math.floor(now.value / READ_MS)}`;
  const identities = useLoaded('identity', since, () => call<Identities>('/daybreak/v1/identity'));
  const plaintext = useLoaded(mesh, since, () => call<Plaintext>('/daybreak/v1/identity/plaintext'));
  const access = useLoaded(mesh, since, () =>
    call<AccessReport>(`/daybreak/v1/access${query({ mesh: at.mesh, meshOwner: at.owner })}`),
  );
  const tokens = useLoaded('tokens', `${since} ${revoked}`, () => call<TokenList>('/daybreak/v1/tokens'));

  const ask = async (virtualNode: string, refused: Refusal): Promise<void> => {
    const key = refusalKey(virtualNode, refused);
    const way = allowing(model, virtualNode, refused);
    if (way.kind !== 'policy') return;
    setRefusal(undefined);
    setAsked({ key, allowing: way, preview: { state: 'checking' }, saving: false });
    const preview = await previewOf(at, way.id, way.verb, way.spec);
    setAsked((current) => (current?.key === key ? { ...current, preview } : current));
  };
  const allow = async (): Promise<void> => {
    if (asked?.allowing.kind !== 'policy') return;
    const { verb, id, spec } = asked.allowing;
    setAsked({ ...asked, saving: true });
    const existing = find(model, id);
    const outcome =
      verb === 'Update' && existing !== undefined
        ? await updateResource(at, existing, spec, existing.version)
        : await createResource(at, id, spec);
    setAsked(undefined);
    if (outcome.kind !== 'done')
      setRefusal(outcome.kind === 'refused' ? outcome.message : t.changes.newerChange);
  };
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
      onAllow={(virtualNode, refused) => void ask(virtualNode, refused)}
      onConfirm={() => void allow()}
      onCancel={() => setAsked(undefined)}
      onRevoke={(id) => void revoke(id)}
    />
  );
}
