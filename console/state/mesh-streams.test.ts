import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import type { ConsoleEvents } from '../../controlplane/console/contract.ts';
import type * as MeshStreams from './mesh-streams.ts';
import type * as State from './state.ts';

type Listener = (event: { readonly data: string }) => void;

class FakeEventSource {
  readonly url: string;
  readyState = 0;
  readonly listeners = new Map<string, Listener>();

  constructor(url: string) {
    this.url = url;
    sources.push(this);
  }

  addEventListener(name: string, listener: Listener): void {
    const before = this.listeners.get(name);
    this.listeners.set(name, (event) => {
      before?.(event);
      listener(event);
    });
  }

  close(): void {
    this.readyState = 2;
  }

  fire(name: string, value: unknown = {}): void {
    this.listeners.get(name)?.({ data: JSON.stringify(value) });
  }
}

let sources: FakeEventSource[] = [];
let streams: typeof MeshStreams;
let state: typeof State;
beforeAll(async () => {
  // The state of the pages reads the address of the browser.
  vi.stubGlobal('location', { hash: '' });
  [streams, state] = [await import('./mesh-streams.ts'), await import('./state.ts')];
});
beforeEach(() => {
  sources = [];
  vi.stubGlobal('EventSource', FakeEventSource);
});
afterEach(() => void vi.unstubAllGlobals());

function open() {
  const taken: unknown[] = [];
  const taker = (name: string) => (value: unknown) => void taken.push([name, value]);
  const names: readonly (keyof ConsoleEvents)[] = ['hello', 'change', 'progress', 'proxies', 'ended'];
  const takers = Object.fromEntries(names.map((name) => [name, taker(name)]));
  const stream = streams.openStreams(
    { mesh: 'a b', owner: '1' },
    takers as unknown as MeshStreams.EventTakers,
  );
  return { stream, taken, names };
}

it('opens the events and the figures of the mesh, and gives each event to its taker', () => {
  const { stream, taken, names } = open();
  const [events] = sources;
  expect(sources.map(({ url }) => url)).toEqual([
    '/console/events?mesh=a%20b&owner=1',
    '/reports/stream?mesh=a%20b&meshOwner=1',
  ]);
  for (const name of names) events?.fire(name, { revision: 7 });
  expect(taken).toEqual(names.map((name) => [name, { revision: 7 }]));
  stream.close();
  expect(sources.map(({ readyState }) => readyState)).toEqual([2, 2]);
});

it('adds the slots of each message to the figures', () => {
  const { stream } = open();
  const figures: LiveFigures = {
    mesh: 'a b',
    meshOwner: '1',
    source: 'agents',
    slotSeconds: 5,
    times: [0],
    lines: [],
    linesLeftOut: 0,
    reporting: 0,
    missing: [],
  };
  sources[1]?.fire('figures', figures);
  sources[1]?.fire('figures', { ...figures, times: [5000] });
  expect(state.figures.value?.times).toEqual([0, 5000]);
  state.figures.value = undefined;
  stream.close();
});

it('refused figures leave the events open, and refused events are told: both were opened again every ten seconds', () => {
  const { stream } = open();
  const [events, live] = sources;
  if (events === undefined || live === undefined) throw new Error('there are two streams');
  live.readyState = 2;
  live.fire('error');
  expect([events.readyState, state.eventsRefused.value]).toEqual([0, false]);
  events.readyState = 2;
  events.fire('error');
  expect([state.eventsRefused.value, stream.isOpen()]).toEqual([true, false]);
  stream.tryAgain();
  expect(sources).toHaveLength(4);
  stream.close();
  expect(state.eventsRefused.value).toBe(false);
});
