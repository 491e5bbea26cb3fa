import { useState } from 'preact/hooks';
import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import type { MeshName } from '../api/kinds.ts';
import { allowing, refusalKey } from '../model/security/allow.ts';
import type { MeshModel } from '../model/resources.ts';
import type { Asked } from '../pages/identity-state.ts';
import { createResource, previewOf, updateResource } from '../state/change.ts';
import { texts } from '../state/state.ts';
import { useQuestion } from './use-question.ts';

/**
 * Returns the question whether a refused caller is to be allowed: `ask` shows the access policy and its effect, `allow` writes it, `cancel` leaves it.
 * `setRefusal` takes the API's words if it refuses the policy.
 */
export function useAllow(at: MeshName, model: MeshModel, setRefusal: (message: string | undefined) => void) {
  const [asked, setAsked] = useState<Asked>();
  const question = useQuestion();
  const ask = async (virtualNode: string, refused: Refusal): Promise<void> => {
    const key = refusalKey(virtualNode, refused);
    const way = allowing(model, virtualNode, refused);
    if (way.kind !== 'policy') return;
    setRefusal(undefined);
    setAsked({ key, allowing: way, preview: { state: 'checking' }, saving: false });
    const signal = question.next();
    const preview = await previewOf(at, way.id, way.verb, way.spec, signal);
    if (signal.aborted) return;
    setAsked((current) => (current?.key === key ? { ...current, preview } : current));
  };
  const allow = async (): Promise<void> => {
    if (asked?.allowing.kind !== 'policy') return;
    const { id, existing, spec } = asked.allowing;
    setAsked({ ...asked, saving: true });
    const outcome =
      existing === undefined
        ? await createResource(at, id, spec)
        : await updateResource(at, id, spec, existing);
    setAsked(undefined);
    if (outcome.kind !== 'done')
      setRefusal(outcome.kind === 'refused' ? outcome.message : texts.value.changes.newerChange);
  };
  return {
    asked,
    ask: (virtualNode: string, refused: Refusal) => void ask(virtualNode, refused),
    allow: () => void allow(),
    cancel: () => {
      question.stop();
      setAsked(undefined);
    },
  };
}
