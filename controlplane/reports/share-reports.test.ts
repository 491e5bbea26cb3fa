import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentState, received } from '../../common/contracts/agent-channel/testing/agent-state.ts';
import { createLog } from '../../common/log.ts';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import { MOST_ANNOUNCED } from '../store/store.ts';
import { decodeReports, encodeFigures, encodeWanted } from './announced-figures.ts';
import { createReports, type Reports } from './reports.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const TO_B = 'cds_egress_m_b_http_8080';
const log = createLog('test', 'silent');
const STATE = agentState();

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Replicas on one bus, with one clock. Without `isHeard`, nothing arrives. */
function replicas(count: number) {
  const listeners = new Set<(text: string) => void>();
  const bus = { isHeard: true, texts: [] as string[] };
  let at = 1_000_001_000;
  const store = {
    isShared: true,
    async announce(text: string) {
      bus.texts.push(text);
      if (bus.isHeard) for (const listener of listeners) listener(text);
    },
    onAnnouncement(listener: (text: string) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const model = modelFromInputs(
    ['m', 'n'].flatMap((meshName) => [
      { meshName },
      ...['a', 'b'].map((virtualNodeName) => ({ meshName, virtualNodeName, spec: {} })),
    ]),
  );
  const all = Array.from({ length: count }, () =>
    createReports({ model, streams: () => [], store, log, now: () => at }),
  );
  const pass = async (ms: number): Promise<void> => {
    at += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return {
    all,
    bus: Object.assign(bus, { say: (text: string) => listeners.forEach((listener) => listener(text)) }),
    pass,
  };
}

function agentOf(reports: Reports | undefined, mesh = 'm') {
  const asked: number[] = [];
  let ask = 0;
  const identity = { mesh, owner: undefined, kind: 'virtualNode' as const, name: 'a' };
  const feed = reports?.connected({
    identity,
    peer: '10.0.0.1:1',
    send(question) {
      if (question.kind === 'watch load') asked.push(question.intervalMs);
      else ask = question.ask;
    },
  });
  feed?.state(STATE);
  const report = (requests: number, isFirst = false): void =>
    feed?.load(
      received({
        coversMs: 5000,
        names: isFirst ? [`cds_egress_${mesh}_b_http_8080`] : [],
        clusters: [{ number: 0, requests, ok: requests, errors: 0, active: 1 }],
      }),
    );
  const answer = (): void => feed?.latencies({ ask, clusters: [], isLast: true, isFailed: false });
  return { asked, report, answer };
}

const read = (reports: Reports | undefined, mesh = MESH): LiveFigures | undefined => {
  const text = reports?.read(mesh)?.json.toString();
  return text === undefined ? undefined : (JSON.parse(text) as LiveFigures);
};
const requestsIn = (figures: LiveFigures | undefined): number =>
  (figures?.lines[0]?.requests ?? []).reduce<number>((sum, each) => sum + (each ?? 0), 0);

test('a reader at one replica sees the agents of both; one that goes silent is named', async () => {
  const { all, bus, pass } = replicas(2);
  const [first, second] = all;
  const [near, far] = [agentOf(first), agentOf(second)];
  first?.read(MESH);
  await pass(0);
  expect(near.asked).toEqual([5000]);
  expect(far.asked).toEqual([5000]);
  for (let turn = 0; turn < 6; turn += 1) {
    await pass(5000);
    near.report(10, turn === 0);
    far.report(100, turn === 0);
    first?.read(MESH);
  }
  const figures = read(first);
  expect(figures?.reporting).toBe(2);
  expect(figures?.missing).toEqual([]);
  expect(requestsIn(figures)).toBeGreaterThan(300);
  // Figures of others are not announced again.
  expect(bus.texts.filter((text) => text.includes('"figures"')).every((text) => !text.includes('110'))).toBe(
    true,
  );

  bus.isHeard = false;
  await pass(25_000);
  const silent = read(first);
  expect(silent?.missing).toMatchObject([{ reason: 'replica', replica: expect.any(String) as string }]);
  for (const each of all) each.close();
});

test('a replica whose figures are silent, and which answers a question for latencies, is not missing from these', async () => {
  const { all, bus, pass } = replicas(2);
  const [first, second] = all;
  const far = agentOf(second);
  for (let turn = 0; turn < 4; turn += 1) {
    first?.read(MESH);
    await pass(5000);
    far.report(100, turn === 0);
  }
  bus.isHeard = false;
  await pass(25_000);
  expect(read(first)?.missing).toMatchObject([{ reason: 'replica' }]);
  bus.isHeard = true;
  const resource = { kind: 'virtualNode', name: 'a' } as const;
  const answer = first?.latencies({
    mesh: MESH,
    proxies: { kind: 'resource', resource },
    clusters: [],
    seconds: 0,
  });
  await pass(0);
  far.answer();
  await pass(1000);
  expect(await answer).toMatchObject({ reporting: 1, missing: [] });
  for (const each of all) each.close();
});

test('of two meshes that are watched at once, the figures of both come from the other replica', async () => {
  const { all, pass } = replicas(2);
  const [first, second] = all;
  const far = ['m', 'n'].map((mesh) => agentOf(second, mesh));
  for (let turn = 0; turn < 8; turn += 1) {
    for (const mesh of ['m', 'n']) first?.read({ ...MESH, mesh });
    await pass(5000);
    for (const { report } of far) report(100, turn === 0);
  }
  for (const mesh of ['m', 'n']) {
    const figures = read(first, { ...MESH, mesh });
    expect([mesh, figures?.reporting]).toEqual([mesh, 1]);
    expect(requestsIn(figures)).toBeGreaterThan(300);
  }
  for (const { asked } of far) expect(asked).toEqual([5000]);
  for (const each of all) each.close();
});

test('replicas with made-up names or absurd counts change no figures beyond their bounds', async () => {
  const { all, bus, pass } = replicas(1);
  const [first] = all;
  first?.read(MESH);
  const say = (replica: string, reporting: number, entry: readonly unknown[]): void =>
    bus.say(
      JSON.stringify({ replica, reports: { figures: [MESH.owner, 'm'], reporting, entries: [entry] } }),
    );
  for (let index = 0; index < 10_000; index += 1) say(`r${index}`, 1, []);
  for (const count of [1e308, 2 ** 41, -1]) {
    say('r0', count, ['virtualNode', 'a', TO_B, count, 0, 0]);
    say('r0', 1, ['virtualNode', 'a', count]);
  }
  say('r0', 1, ['virtualNode', 'a', 1]);
  say('r0', 1, ['virtualNode', 'a', TO_B, 10, 0, 1]);
  await pass(10_000);
  const figures = read(first);
  expect(figures?.reporting).toBeLessThanOrEqual(64);
  expect(requestsIn(figures)).toBeLessThanOrEqual(10);
  await pass(25_000);
  expect(read(first)?.missing.length).toBeLessThanOrEqual(64);
  for (const each of all) each.close();
});

test('figures are announced in texts within the limit, the busiest lines first; foreign texts are skipped', () => {
  const from = { kind: 'virtualNode' as const, name: 'a' };
  const lines = Array.from({ length: 3000 }, (_, index) => ({
    from,
    cluster: `cds_egress_m_node-${index}_http_8080`,
    requests: 3000 - index,
    errors: 0.3333,
    active: 1,
  }));
  const texts = encodeFigures(
    { replica: 'r', mesh: MESH, reporting: 7, callers: [{ from, reported: 1 }], lines },
    MOST_ANNOUNCED,
    10,
  );
  expect(texts).toHaveLength(10);
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_ANNOUNCED);
  const decoded = texts.map(decodeReports);
  expect(decoded.map((each) => each?.kind === 'figures' && each.reporting)).toEqual([
    7,
    ...Array(9).fill(undefined),
  ]);
  expect(decoded[0]).toMatchObject({ mesh: MESH, callers: [{ from, reported: 1 }] });
  expect(decoded[0]?.kind === 'figures' && decoded[0].lines[0]).toEqual({ ...lines[0], errors: 0.333 });

  expect(decodeReports(encodeWanted('r', MESH))).toEqual({ kind: 'wanted', replica: 'r', mesh: MESH });
  expect(decodeReports('{"replica":"r","out":[],"back":[]}')).toBeUndefined();
  expect(decodeReports('{"reports":')).toBeUndefined();
  const odd =
    '{"replica":"r","reports":{"figures":["1","m"],"entries":[[1],["virtualNode","a","c",-1,0,0],null]}}';
  expect(decodeReports(odd)).toMatchObject({ callers: [], lines: [] });
});
