import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import type { SpecChange } from '../../controlplane/console/contract.ts';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import { Shell } from '../app/shell.tsx';
import { Legend } from '../map/legend.tsx';
import { graphOf } from '../model/graph/graph-of.ts';
import { problemsOf } from '../model/problems.ts';
import { CanariesPage } from '../pages/canaries-page.tsx';
import { ChangesPage } from '../pages/changes-page.tsx';
import { ExplainPage } from '../pages/explain-page.tsx';
import { IdentityPage } from '../pages/identity-page.tsx';
import { NoMeshPage } from '../pages/no-mesh-page.tsx';
import { ProblemsPage } from '../pages/problems-page.tsx';
import { ProxiesPage } from '../pages/proxies-page.tsx';
import { ProxyPage } from '../pages/proxy-page.tsx';
import { ResourcesPage } from '../pages/resources-page.tsx';
import { ServicePage } from '../pages/service-page.tsx';
import { SignInPage } from '../pages/sign-in-page.tsx';
import { EXAMPLE } from '../testing/example-mesh.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';
import { chooseLanguage, isLanguage, LANGUAGES } from './languages.ts';
import { percent, type Texts } from './texts.ts';

type Entry = readonly [path: string, text: string | ((...values: unknown[]) => string)];

/** The texts of a table with their paths, sorted. */
function entriesOf(table: object, path = ''): Entry[] {
  return Object.entries(table)
    .flatMap(([key, value]: [string, unknown]): Entry[] =>
      typeof value === 'object' && value !== null
        ? entriesOf(value, `${path}${key}.`)
        : [[`${path}${key}`, value as Entry[1]]],
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Values that are unlike any other text, for each place of a text. */
const VALUES = [7001, 7002, 7003];

/** The values that a text shows. */
function placesOf([, text]: Entry): readonly number[] {
  if (typeof text === 'string') return [];
  const written = text(...VALUES);
  return VALUES.filter((value) => written.includes(String(value)));
}

describe.each(Object.entries(LANGUAGES))('the texts in %s', (code, { load }) => {
  test('have the keys of the English ones, none is empty, and each shows the same values', async () => {
    const table = await load();
    const [own, english] = [entriesOf(table), entriesOf(en)];
    expect(own.map(([path]) => path)).toEqual(english.map(([path]) => path));
    expect(own.filter(([, text]) => text === '')).toEqual([]);
    expect(own.map((entry) => [entry[0], placesOf(entry)])).toEqual(
      english.map((entry) => [entry[0], placesOf(entry)]),
    );
  });

  test('are found by the code of the browser', () => {
    expect(isLanguage(code)).toBe(true);
    expect(chooseLanguage([`${code}-XX`, 'en'])).toBe(code);
  });
});

test('a text in Japanese is not the English one by mistake', () => {
  const english = new Map(entriesOf(en));
  const same = entriesOf(ja).filter(([path, text]) => typeof text === 'string' && text === english.get(path));
  // Names of products, and words that are the same in both.
  expect(same.map(([path]) => path)).toEqual(['changes.viaApi', 'explain.url', 'proxies.envoy', 'title']);
});

test.each([
  [5 / 8, '62.5 %'],
  [1 / 3, '33.3 %'],
  [0.5, '50 %'],
  [0.07, '7 %'],
  [0.285, '28.5 %'],
  [0.999, '99.9 %'],
  [0.99951, '>99.9 %'],
  [0.0004, '<0.1 %'],
  [0.0005, '0.1 %'],
  [0, '0 %'],
  [1, '100 %'],
])('the share %d is shown as it is: 62.5 %% was 63 %%, and a few errors in thousands were 0.0 %%', (share, text) => {
  expect(percent(share)).toBe(text);
});

test('an unknown language is English', () => {
  expect(isLanguage('toString')).toBe(false);
  expect(chooseLanguage(['tlh', 'xx-YY'])).toBe('en');
});

/** A made-up language: each text is in brackets, so that a text which is not from the table stands out. */
function madeUp<T>(table: T): T {
  if (typeof table === 'string') return `⟦${table}⟧` as T;
  if (typeof table === 'function') {
    return ((...values: unknown[]) => `⟦${(table as (...all: unknown[]) => string)(...values)}⟧`) as T;
  }
  return Object.fromEntries(Object.entries(table as object).map(([key, value]) => [key, madeUp(value)])) as T;
}

const t: Texts = madeUp(en);
const nothing = (): void => {};
const graph = graphOf(EXAMPLE);
const at = { t, mesh: 'm', owner: '', now: 0 };
const failed = { state: 'failed', message: '⟦refused⟧', code: 'AccessDeniedException' } as const;
const loading = { state: 'loading' } as const;

const PROXY: ProxyStatus = {
  resource: 'mesh/m/virtualNode/front',
  instance: '',
  agent: '1.0.0',
  envoy: '1.40.0',
  peer: '10.0.0.1:5',
  variant: 'delta',
  connectedAt: '1970-01-01T00:00:00Z',
  state: 'refused',
  report: {
    at: '',
    ready: false,
    draining: true,
    reason: '',
    addresses: [],
    runsOn: { source: 'last good', since: '1970-01-01T00:00:00Z' },
    certificates: [],
  },
  types: [],
  problems: [],
};

const CHANGE: SpecChange = {
  id: '1.0',
  revision: 1,
  resource: { kind: 'route', owner: '', mesh: 'm', parent: 'shop', name: 'all', arn: '' },
  change: 'update',
  at: '1970-01-01T00:00:00Z',
  source: 'console',
};

const IDENTITY = {
  ...at,
  model: EXAMPLE,
  identities: failed,
  plaintext: { state: 'ready', value: { windowSeconds: 86_400, nodes: [] } },
  access: { state: 'ready', value: { nodes: [] } },
  tokens: { state: 'ready', value: { joinTokens: [], fileTokens: [] } },
  bindings: [],
  nodes: graph.pieces.filter(({ kind }) => kind === 'virtualNode'),
  securityOf: () => ({ mtls: 'OFF', authorization: 'AUDIT' }) as const,
  asked: undefined,
  refusal: undefined,
  mayAllow: true,
  mayRevoke: true,
  onAllow: nothing,
  onConfirm: nothing,
  onCancel: nothing,
  onRevoke: nothing,
} as const;

const PROXIES = { ...at, filter: 'all', search: '', onFilter: nothing, onSearch: nothing } as const;
const CHANGES = {
  ...at,
  more: true,
  refusal: undefined,
  reverted: new Set<string>(),
  asked: undefined,
  isLive: true,
  saving: false,
  mayRevert: () => true,
  onMore: nothing,
  onRevert: nothing,
  onCancel: nothing,
};

const VIEWS: Readonly<Record<string, () => JSX.Element>> = {
  'sign-in': () => (
    <SignInPage
      t={t}
      session={{ state: 'signed out', mayStart: false }}
      hasEnded
      error={undefined}
      onSignIn={nothing}
    />
  ),
  shell: () => (
    <Shell
      t={t}
      title=""
      place={{ mesh: 'm', owner: '', page: 'map' }}
      meshes={[{ mesh: 'm', owner: '' }]}
      session={{ state: 'open', account: '', token: '', actions: {}, readOnly: false }}
      connected={false}
      problems={0}
      language="en"
      onMesh={nothing}
      onTheme={nothing}
      onLanguage={nothing}
      onSignOut={nothing}
    >
      <Legend t={t} hasLocks />
    </Shell>
  ),
  'no mesh': () => <NoMeshPage t={t} endpoint="http://x" />,
  canaries: () => <CanariesPage {...at} moving={[]} resting={[]} more={3} />,
  proxies: () => <ProxiesPage {...PROXIES} proxies={{ state: 'ready', value: [PROXY] }} />,
  'no proxies': () => <ProxiesPage {...PROXIES} proxies={{ state: 'ready', value: [] }} />,
  'proxies not read': () => <ProxiesPage {...PROXIES} proxies={failed} />,
  proxy: () => (
    <ProxyPage
      {...at}
      piece="virtualNode/front"
      proxies={[PROXY]}
      isKnown
      dump={{
        state: 'ready',
        value: { proxy: '', resources: { Listener: [{ name: 'l', filter_chains: [{}] }] } },
      }}
      details={loading}
    />
  ),
  explain: () => (
    <ExplainPage
      t={t}
      proxies={['virtualNode/front']}
      question={{ from: 'virtualNode/front', method: 'GET', url: '', headers: '' }}
      answer={loading}
      onQuestion={nothing}
      onAsk={nothing}
    />
  ),
  resources: () => (
    <ResourcesPage
      {...at}
      resources={EXAMPLE.resources}
      chosen={undefined}
      kind="all"
      filter=""
      writable
      onKind={nothing}
      onFilter={nothing}
    >
      {null}
    </ResourcesPage>
  ),
  changes: () => <ChangesPage {...CHANGES} changes={{ state: 'ready', value: [CHANGE] }} />,
  'changes without events': () => (
    <ChangesPage {...CHANGES} changes={{ state: 'ready', value: [CHANGE] }} isLive={false} />
  ),
  'no changes': () => <ChangesPage {...CHANGES} changes={{ state: 'ready', value: [] }} />,
  problems: () => <ProblemsPage {...at} problems={problemsOf(EXAMPLE, graph, [PROXY], 0)} proxies={failed} />,
  identity: () => <IdentityPage {...IDENTITY} />,
  service: () => (
    <ServicePage {...at} service={undefined} name="shop.example" router={undefined} routes={[]} />
  ),
};

/** Names of the example, commands, and words that are the same in every language. */
const DATA = new Set([
  ...EXAMPLE.resources.flatMap(({ name, parent }) => [name, parent]),
  'm',
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'English',
  '日本語',
  'gone.example',
  'l',
]);

function isData(text: string): boolean {
  return (
    DATA.has(text) ||
    !/\p{L}/u.test(text) ||
    /^(daybreak|aws|APPMESH_)/.test(text) ||
    /^(v\d+|\/\*|virtual\w+\/[\w./-]+)$/.test(text)
  );
}

test.each(Object.entries(VIEWS))('all words are from the table, in a made-up language too: %s', (_, view) => {
  const shown = renderToString(view())
    .replaceAll(/<\/?(?:wbr|strong|code)[^>]*>/g, '')
    .replaceAll(/<pre.*?<\/pre>/gs, '')
    // Some texts contain another one.
    .replaceAll(/⟦[^⟦⟧]*⟧/g, '')
    .replaceAll(/⟦[^⟦⟧]*⟧/g, '')
    .split(/<[^>]*>/)
    .map((text) => text.replaceAll(/^[\s·:,]+|[\s·:,]+$/g, ''));
  expect(shown.filter((text) => text !== '' && !isData(text))).toEqual([]);
});
