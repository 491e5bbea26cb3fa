import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { PARENTS } from '../../controlplane/mesh/names.ts';
import { KINDS, keyOf, ofKind, type Kind, type ResourceId } from '../model/resources.ts';
import { readSpec } from '../model/text-form.ts';
import { SpecEditor } from '../pages/resource-card.tsx';
import { createResource, previewOf, type Preview } from '../state/change.ts';
import { texts } from '../state/state.ts';
import { CHECK_MS } from './connected-resource.tsx';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';

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

/** The form of a new resource. */
export function NewResource({ shown, at, model }: PageState): JSX.Element {
  const t = texts.value;
  const [kind, setKind] = useState<Kind>('virtualNode');
  const [name, setName] = useState('');
  const [parent, setParent] = useState('');
  const [text, setText] = useState(BEGINNINGS['virtualNode'] ?? '{}');
  const [error, setError] = useState<string>();
  const [preview, setPreview] = useState<Preview>({ state: 'none' });
  const asking = useRef<AbortController>(undefined);
  const parents =
    kind === 'route'
      ? ofKind(model, 'virtualRouter')
      : kind === 'gatewayRoute'
        ? ofKind(model, 'virtualGateway')
        : [];
  const within = PARENTS[kind];
  const check = (id: ResourceId, next: string): void => {
    asking.current?.abort();
    const current = new AbortController();
    asking.current = current;
    setError(undefined);
    setPreview({ state: id.name === '' ? 'none' : 'checking' });
    if (id.name === '') return;
    const look = async (): Promise<void> => {
      if (current.signal.aborted) return;
      const read = await readSpec(next, 'yaml');
      if (current.signal.aborted) return;
      if ('error' in read) {
        setError(read.error ?? t.resources.notObject);
        return setPreview({ state: 'none' });
      }
      const found = await previewOf(at, id, 'Create', read.spec, current.signal);
      if (!current.signal.aborted) setPreview(found);
    };
    setTimeout(() => void look(), CHECK_MS);
  };
  const save = async (): Promise<void> => {
    const read = await readSpec(text, 'yaml');
    if (!('spec' in read)) return;
    const outcome = await createResource(at, { kind, parent, name }, read.spec);
    if (outcome.kind !== 'done') {
      return setError(outcome.kind === 'refused' ? outcome.message : t.resources.conflict);
    }
    const rest = [keyOf({ kind, parent, name })];
    location.hash = addressOf({ mesh: at.mesh, owner: shown.owner, page: 'resources', rest });
  };
  const firstParent = (of: Kind): string =>
    (of === 'route'
      ? ofKind(model, 'virtualRouter')[0]?.name
      : of === 'gatewayRoute'
        ? ofKind(model, 'virtualGateway')[0]?.name
        : '') ?? '';
  const back = addressOf({ mesh: at.mesh, owner: shown.owner, page: 'resources' });
  return (
    <section class="card">
      <div class="head">
        <h2>{t.resources.create}</h2>
      </div>
      <div class="body">
        <div class="form">
          <label class="field">
            <span>{t.resources.kind}</span>
            <select
              value={kind}
              onChange={({ currentTarget }) => {
                const chosen = currentTarget.value as Kind;
                const next = BEGINNINGS[chosen] ?? '{}\n';
                setKind(chosen);
                setText(next);
                setParent(firstParent(chosen));
                check({ kind: chosen, parent: firstParent(chosen), name }, next);
              }}
            >
              {KINDS.filter((each) => each !== 'mesh').map((each) => (
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
                value={parent}
                onChange={({ currentTarget }) => {
                  setParent(currentTarget.value);
                  check({ kind, parent: currentTarget.value, name }, text);
                }}
              >
                {parents.map((each) => (
                  <option key={each.name} value={each.name}>
                    {each.name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label class="field">
            <span>{t.resources.newName}</span>
            <input
              type="text"
              value={name}
              spellcheck={false}
              onInput={({ currentTarget }) => {
                setName(currentTarget.value);
                check({ kind, parent, name: currentTarget.value }, text);
              }}
            />
          </label>
        </div>
        <SpecEditor
          t={t}
          text={text}
          error={error}
          preview={preview}
          onEdit={(next) => {
            setText(next);
            check({ kind, parent, name }, next);
          }}
          onCancel={() => {
            location.hash = back;
          }}
          onSave={() => void save()}
          hint={
            within !== undefined && parents.length === 0
              ? t.resources.parentFirst(t.kinds[within])
              : name === ''
                ? t.resources.nameFirst
                : undefined
          }
        />
      </div>
    </section>
  );
}
