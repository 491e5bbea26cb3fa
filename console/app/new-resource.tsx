import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { keyOf, ofKind, type Kind, type MeshModel, type ResourceId } from '../model/resources.ts';
import { readSpec } from '../model/text/text-form.ts';
import { SpecEditor } from '../pages/resource-card.tsx';
import { createResource, previewOf } from '../state/change.ts';
import { texts } from '../state/state.ts';
import { creatable } from './may-on.ts';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';
import { useCheck } from './use-check.ts';
import { useDraft } from './use-draft.ts';

/** Specifications to begin with: the smallest that the API accepts, with names to replace. */
const BEGINNINGS: Readonly<Partial<Record<Kind, string>>> = {
  virtualNode:
    'listeners:\n  - portMapping: { port: 8080, protocol: http }\nserviceDiscovery:\n  dns:\n    hostname: app.example\n',
  virtualRouter: 'listeners:\n  - portMapping: { port: 8080, protocol: http }\n',
  virtualService: 'provider:\n  virtualRouter:\n    virtualRouterName: NAME\n',
  virtualGateway: 'listeners:\n  - portMapping: { port: 8080, protocol: http }\n',
  route:
    'httpRoute:\n  match:\n    prefix: /\n  action:\n    weightedTargets:\n      - { virtualNode: NAME, weight: 1 }\n',
  gatewayRoute:
    'httpRoute:\n  match:\n    prefix: /\n  action:\n    target:\n      virtualService: { virtualServiceName: NAME }\n',
};

type Draft = { readonly id: ResourceId; readonly text: string };

function beginning(model: MeshModel, kind: Kind): Draft {
  return {
    id: { kind, parent: parentsOf(model, kind)[0] ?? '', name: '' },
    text: BEGINNINGS[kind] ?? '{}\n',
  };
}

/** The form of a new resource. */
export function NewResource({ shown, at, model }: PageState): JSX.Element {
  const t = texts.value;
  const [draft = beginning(model, creatable()[0] ?? 'virtualNode'), setDraft] = useDraft<Draft>(
    `${at.owner}/${at.mesh}`,
  );
  const { id, text } = draft;
  const [failure, setFailure] = useState<string>();
  const [saving, setSaving] = useState(false);
  const { error, preview, check } = useCheck(t);
  const within = parentKind(id.kind);
  const parents = parentsOf(model, id.kind);
  const look = (next: ResourceId, spec: string): void => {
    const ask = (read: unknown, signal: AbortSignal) => previewOf(at, next, 'Create', read, signal);
    check(spec, 'yaml', next.name === '' ? undefined : ask);
  };
  const change = (next: ResourceId, spec: string): void => {
    setDraft({ id: next, text: spec });
    setFailure(undefined);
    look(next, spec);
  };
  // A restored draft is validated again.
  useEffect(() => look(id, text), []);
  const address = (rest: readonly string[] = []): string =>
    addressOf({ mesh: at.mesh, owner: shown.owner, page: 'resources', rest });
  const save = async (): Promise<void> => {
    const read = await readSpec(text, 'yaml');
    if (!('spec' in read)) return;
    setSaving(true);
    const outcome = await createResource(at, id, read.spec);
    setSaving(false);
    if (outcome.kind === 'done') {
      setDraft(undefined);
      location.hash = address([keyOf(id)]);
    } else setFailure(outcome.kind === 'refused' ? outcome.message : t.resources.conflict);
  };
  return (
    <section class="card">
      <div class="head">
        <h2>{t.resources.create}</h2>
      </div>
      <div class="body">
        <Names
          id={id}
          parents={parents}
          onId={(next) => change(next, text)}
          onKind={(kind) =>
            change({ ...beginning(model, kind).id, name: id.name }, beginning(model, kind).text)
          }
        />
        <SpecEditor
          t={t}
          text={text}
          error={failure ?? error}
          preview={preview}
          saving={saving}
          onEdit={(next) => change(id, next)}
          onCancel={() => {
            setDraft(undefined);
            location.hash = address();
          }}
          onSave={() => void save()}
          hint={
            within !== undefined && parents.length === 0
              ? t.resources.parentFirst(t.kinds[within])
              : id.name === ''
                ? t.resources.nameFirst
                : undefined
          }
        />
      </div>
    </section>
  );
}

/** The kind of the resources that one of this kind is in; undefined for most kinds. */
function parentKind(kind: Kind): 'virtualRouter' | 'virtualGateway' | undefined {
  if (kind === 'route') return 'virtualRouter';
  return kind === 'gatewayRoute' ? 'virtualGateway' : undefined;
}

/** The names of the resources that one of this kind may be in. */
function parentsOf(model: MeshModel, kind: Kind): readonly string[] {
  const within = parentKind(kind);
  return within === undefined ? [] : ofKind(model, within).map(({ name }) => name);
}

function Names({
  id,
  parents,
  onId,
  onKind,
}: {
  readonly id: ResourceId;
  readonly parents: readonly string[];
  readonly onId: (id: ResourceId) => void;
  readonly onKind: (kind: Kind) => void;
}): JSX.Element {
  const t = texts.value;
  return (
    <div class="form">
      <label class="field">
        <span>{t.resources.kind}</span>
        <select value={id.kind} onChange={({ currentTarget }) => onKind(currentTarget.value as Kind)}>
          {creatable().map((each) => (
            <option key={each} value={each}>
              {t.kinds[each]}
            </option>
          ))}
        </select>
      </label>
      {parents.length === 0 ? null : (
        <label class="field">
          <span>{t.resources.parent}</span>
          <select
            value={id.parent}
            onChange={({ currentTarget }) => onId({ ...id, parent: currentTarget.value })}
          >
            {parents.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="field">
        <span>{t.resources.newName}</span>
        <input
          type="text"
          value={id.name}
          spellcheck={false}
          onInput={({ currentTarget }) => onId({ ...id, name: currentTarget.value })}
        />
      </label>
    </div>
  );
}
