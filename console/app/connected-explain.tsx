import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Explained } from '../../controlplane/explain/route.ts';
import { call, CallError, query } from '../api/call.ts';
import { backendNames, ofKind, type MeshModel } from '../model/resources.ts';
import type { Question } from '../pages/explain-form.tsx';
import { ExplainPage } from '../pages/explain-page.tsx';
import { texts, type Loaded } from '../state/state.ts';
import type { PageState } from './page-state.ts';

const question = signal<Question | undefined>(undefined);
const answer = signal<Loaded<Explained> | undefined>(undefined);
let mesh = '';

/** The form that explains a request. */
export function ConnectedExplain({ at, model }: PageState): JSX.Element {
  if (mesh !== at.mesh) {
    mesh = at.mesh;
    question.value = undefined;
    answer.value = undefined;
  }
  const proxies = [
    ...ofKind(model, 'virtualGateway').map(({ name }) => `virtualGateway/${name}`),
    ...ofKind(model, 'virtualNode').map(({ name }) => `virtualNode/${name}`),
  ];
  const current = question.value ?? firstQuestion(model, proxies);
  const node = `mesh/${at.owner === '' ? at.mesh : `${at.mesh}@${at.owner}`}/${current.from}`;
  return (
    <ExplainPage
      t={texts.value}
      proxies={proxies}
      question={current}
      answer={answer.value}
      onQuestion={(next) => {
        question.value = next;
      }}
      onAsk={() => void ask(node, current)}
    />
  );
}

async function ask(node: string, { method, url, headers }: Question): Promise<void> {
  answer.value = { state: 'loading' };
  const lines = headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return line.trim() === '' ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  try {
    const asked = query({ node, method, url: withScheme(url), headers: JSON.stringify(lines) });
    answer.value = { state: 'ready', value: await call<Explained>(`/explain${asked}`) };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    answer.value = { state: 'failed', message: error.message, code: error.code };
  }
}

/** A host alone is meant as HTTP, as in curl. */
function withScheme(url: string): string {
  return /^[a-z]+:\/\//i.test(url.trim()) ? url.trim() : `http://${url.trim()}`;
}

/** The first call that the mesh has: a node with a backend, at the port of that backend's router. */
function firstQuestion(model: MeshModel, proxies: readonly string[]): Question {
  const caller = ofKind(model, 'virtualNode').find(({ spec }) => backendNames(spec.backends).length > 0);
  const [backend = 'example.com'] = backendNames(caller?.spec.backends);
  const service = ofKind(model, 'virtualService').find(({ name }) => name === backend);
  const router = ofKind(model, 'virtualRouter').find(
    ({ name }) => name === service?.spec.provider?.virtualRouter?.virtualRouterName,
  );
  const port = router?.spec.listeners?.[0]?.portMapping.port;
  return {
    from: caller === undefined ? (proxies[0] ?? '') : `virtualNode/${caller.name}`,
    method: 'GET',
    url: `http://${backend}${port === undefined ? '' : `:${port}`}/`,
    headers: '',
  };
}
