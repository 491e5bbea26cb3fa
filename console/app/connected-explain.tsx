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
  const key = `${at.owner}/${at.mesh}`;
  if (mesh !== key) {
    mesh = key;
    latest();
    question.value = undefined;
    answer.value = undefined;
  }
  const proxies = [
    ...ofKind(model, 'virtualGateway').map(({ name }) => `virtualGateway/${name}`),
    ...ofKind(model, 'virtualNode').map(({ name }) => `virtualNode/${name}`),
  ];
  const kept = question.value;
  // The proxy of a question may be gone: the form would show another one than it asks about.
  const first = firstQuestion(model, proxies);
  const current =
    kept === undefined ? first : proxies.includes(kept.from) ? kept : { ...kept, from: first.from };
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
  const asked = query({ node, method, url: withScheme(url), headers: JSON.stringify(headersOf(headers)) });
  const isLatest = latest();
  const found = await call<Explained>(`/explain${asked}`).then(
    (value): Loaded<Explained> => ({ state: 'ready', value }),
    (error: unknown): Loaded<Explained> => {
      if (!(error instanceof CallError)) throw error;
      return { state: 'failed', message: error.message, code: error.code };
    },
  );
  if (isLatest()) answer.value = found;
}

let asks = 0;

/** Returns whether no question came after this one: answers may come in another order. */
function latest(): () => boolean {
  const own = ++asks;
  return () => own === asks;
}

/** A header without a colon has an empty value. */
function headersOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim(), value.join(':').trim()];
    });
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
