import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { arrange } from '../map/arrange.ts';
import { skeletonOf } from '../map/layout.ts';
import { MapPicture } from '../map/map-picture.tsx';
import { NO_RATES } from '../model/figures/figures.ts';
import { graphOf } from '../model/graph/graph-of.ts';
import type { LineLatency } from '../model/figures/latencies.ts';
import { problemsOf } from '../model/problems.ts';
import { ofKind } from '../model/resources.ts';
import { EXAMPLE, meshOf, node } from '../testing/example-mesh.ts';
import { en } from '../text/en.ts';
import { ja } from '../text/ja.ts';
import type { SpecChange } from '../../controlplane/console/contract.ts';
import { ChangesPage } from './changes-page.tsx';
import { ProblemsPage } from './problems-page.tsx';
import { ProxyPage } from './proxy-page.tsx';
import { removalText } from './resource-card.tsx';
import type { RouteCardState } from './route-card-state.ts';
import { RouteCard } from './route-card.tsx';

const graph = graphOf(EXAMPLE);
const nothing = (): void => {};

test('the map marks what is missing, TLS that is asked for, and a line without figures', () => {
  const html = renderToString(
    <svg>
      <MapPicture
        t={en}
        graph={graph}
        layout={arrange(skeletonOf(graph))}
        proxies={new Map([['virtualNode/front', { count: 2, worst: 'refused', refused: 1 }]])}
        rates={{
          ...NO_RATES,
          lines: new Map([['virtualNode/front>virtualService/shop.example', { perSecond: 12, errors: 0.5 }]]),
        }}
        latencies={new Map()}
        chosen={undefined}
        focused={undefined}
        search=""
        onChoose={nothing}
        onFocus={nothing}
      />
    </svg>,
  );
  expect(html).toContain('does not exist');
  expect(html).toContain('1 refused');
  expect(html).toContain('12/s');
  expect(html).toContain('50 % errors');
  expect(html.match(/class="flow idle/g)).toHaveLength(3);
  expect(html.match(/class="flow fault/g)).toHaveLength(1);
  expect(html.match(/class="flow busy failing/g)).toHaveLength(1);
});

test('a line carries the p99 that was asked for in a second row, which moves nothing else', () => {
  const [line] = graph.lines;
  const layout = arrange(skeletonOf(graph));
  if (line === undefined) throw new Error('the example has a line');
  const picture = (latencies: ReadonlyMap<string, LineLatency>): string =>
    renderToString(
      <svg>
        <MapPicture
          t={en}
          graph={graph}
          layout={layout}
          proxies={undefined}
          rates={{ ...NO_RATES, lines: new Map([[line.key, { perSecond: 9.9, errors: 0 }]]) }}
          latencies={latencies}
          chosen={undefined}
          focused={undefined}
          search=""
          onChoose={nothing}
          onFocus={nothing}
        />
      </svg>,
    );
  expect(picture(new Map())).not.toContain('p99');
  const asked = picture(new Map([[line.key, { p99: 12.3, atMost: false }]]));
  expect(asked.match(/<text class="p99"[^>]*>p99 12 ms</g)).toHaveLength(1);
  expect(picture(new Map([[line.key, { p99: 3, atMost: true }]]))).toContain('p99 ≤ 3.0 ms');
  const waysOf = (html: string) => html.match(/class="way" d="[^"]*"/g);
  expect(waysOf(asked)).toEqual(waysOf(picture(new Map())));
});

test.each([
  [50, false],
  [51, true],
])('the dots of %i lines with traffic stand still: %s', (count, isCalm) => {
  const names = Array.from({ length: count }, (_, index) => `service-${index}.example`);
  const large = graphOf(meshOf(node('front', ...names)));
  const html = renderToString(
    <svg>
      <MapPicture
        t={en}
        graph={large}
        layout={arrange(skeletonOf(large))}
        proxies={undefined}
        rates={{
          ...NO_RATES,
          lines: new Map(large.lines.map(({ key }) => [key, { perSecond: 1, errors: 0 }])),
        }}
        latencies={new Map()}
        chosen={undefined}
        focused={undefined}
        search=""
        onChoose={nothing}
        onFocus={nothing}
      />
    </svg>,
  );
  expect(html.match(/class="dots"/g)).toHaveLength(count);
  expect(html.includes('class="calm"')).toBe(isCalm);
});

test('each problem has its place and its fix, in each language', () => {
  const problems = problemsOf(EXAMPLE, graph, [], 0);
  expect(problems.map(({ kind, where }) => [kind, where])).toEqual([
    ['no provider', 'virtualService/idle.example'],
    ['missing', 'virtualNode/front'],
  ]);
  for (const t of [en, ja]) {
    const html = renderToString(
      <ProblemsPage
        t={t}
        mesh="m"
        owner=""
        now={0}
        problems={problems}
        proxies={{ state: 'ready', value: [] }}
      />,
    );
    expect(html).toContain(t.problems.fixes.noProvider);
    expect(html).toContain(t.problems.fixes.missingService('gone.example'));
  }
});

function card(change: Partial<RouteCardState>): string {
  const [route] = ofKind(EXAMPLE, 'route');
  if (route === undefined) throw new Error('the example has a route');
  const state: RouteCardState = {
    id: 'r',
    route,
    services: ['shop.example'],
    seen: undefined,
    standing: undefined,
    holders: { connected: 0, inSync: 0 },
    saving: false,
    targets: undefined,
    others: ['front'],
    preview: { state: 'none' },
    push: undefined,
    conflict: false,
    error: undefined,
    writable: true,
    undoable: true,
    onWeight: nothing,
    onAdd: nothing,
    onReset: nothing,
    onApply: nothing,
    onOverwrite: nothing,
    onUndo: nothing,
    onBack: nothing,
    ...change,
  };
  return renderToString(<RouteCard {...state} t={en} now={0} number={1} at={{ mesh: 'm', owner: '' }} />);
}

test('a user who may not write has no slider, no target to add and no undo', () => {
  expect(card({})).toMatch(/<input[^>]*type="range"/);
  expect(card({})).toContain('Undo');
  const html = card({ writable: false });
  expect(html).not.toMatch(/<input|<button|<select/);
  expect(html).toContain('75 %');
});

test('a refusal is in the words of Envoy, as text', () => {
  const html = card({
    push: {
      milliseconds: undefined,
      progress: {
        revision: 1,
        since: '',
        at: '',
        touched: 1,
        acknowledged: 0,
        refused: 1,
        gone: 0,
        done: true,
        refusals: [
          {
            resource: 'mesh/m/virtualNode/front',
            instance: '',
            peer: 'p',
            type: 'Listener',
            error: '<b>no</b>',
          },
        ],
      },
    },
  });
  expect(html).toContain('virtualNode/front refused it:');
  expect(html).toContain('&lt;b>no&lt;/b>');
});

test('a push that ends without the ACK of each proxy is not called complete: it was, and in green', () => {
  const progress = { revision: 1, since: '', at: '', touched: 3, refused: 0, refusals: [] };
  const ended = { milliseconds: 60_001, progress: { ...progress, acknowledged: 1, gone: 1, done: true } };
  const html = card({ push: ended });
  expect(html).toContain('1 of 3 ACKs');
  expect(html).toContain('1 disconnected before the ACK.');
  expect(html).toContain('1 sent no ACK within a minute.');
  expect(html).not.toMatch(/All ACKs|note good/);
  const whole = { milliseconds: 20, progress: { ...progress, acknowledged: 3, gone: 0, done: true } };
  expect(card({ push: whole })).toMatch(/note good.*3 of 3 ACKs · All ACKs after 20 ms/);
});

test('a mesh in which thousands of proxies have a problem shows the first ones, and how many there are', () => {
  const problems = Array.from({ length: 2000 }, (_, index) => {
    return { kind: 'refused' as const, where: `virtualNode/n${index}`, words: ['no', 'no'] };
  });
  const ready = { state: 'ready' as const, value: [] };
  const html = renderToString(
    <ProblemsPage t={en} mesh="m" owner="" now={0} problems={problems} proxies={ready} />,
  );
  expect(html.match(/<li/g)).toHaveLength(300);
  expect(html).toContain('1700 more problems.');
  expect(html.match(/<code>no</g)).toHaveLength(300);
});

test('a proxy whose resource does not exist has one reason on its page, and no promise of a configuration: it had the reason twice', () => {
  const failed = { state: 'failed' as const, message: 'no such node', code: 'NotFoundException' };
  const html = renderToString(
    <ProxyPage
      t={en}
      mesh="m"
      owner=""
      now={0}
      piece="virtualNode/gone"
      proxies={[]}
      isKnown
      dump={failed}
      details={failed}
    />,
  );
  expect(html.match(/no such node/g)).toHaveLength(1);
  expect(html).not.toContain(en.proxy.notConnected);
});

test.each([
  ['virtualNode', 'Delete x? Its proxies keep their last configuration.'],
  ['virtualGateway', 'Delete x? Its proxies keep their last configuration.'],
  ['route', 'Delete x?'],
  ['accessPolicy', 'Delete x?'],
])('before the deletion of a %s: only the proxies of nodes and gateways keep anything', (kind, text) => {
  expect(removalText(en, { kind, name: 'x' })).toBe(text);
});

test('a change whose revert is asked about has one button that reverts it: a second click on the first one skipped the question', () => {
  const resource = { kind: 'virtualNode', parent: '', name: 'front' };
  const created = { id: '1', resource, change: 'create', source: 'api', at: '1970-01-01T00:00:00Z' } as const;
  const html = renderToString(
    <ChangesPage
      t={en}
      mesh="m"
      owner=""
      now={0}
      changes={{ state: 'ready', value: [created as unknown as SpecChange] }}
      more={false}
      isLive
      refusal={undefined}
      reverted={new Set()}
      mayRevert={() => true}
      asked={{ change: '1', preview: { state: 'checking' } }}
      saving={false}
      onMore={nothing}
      onRevert={nothing}
      onCancel={nothing}
    />,
  );
  expect(html.match(/>Revert<\/button>/g)).toHaveLength(1);
  expect(html).toMatch(/<button[^>]*danger[^>]*disabled[^>]*>Revert</);
});
