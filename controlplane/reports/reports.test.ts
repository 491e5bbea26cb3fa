import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentState, received } from '../../common/contracts/agent-channel/testing/agent-state.ts';
import type { Load, ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import type { Question } from '../../common/contracts/agent-channel/questions.ts';
import type { FiguresLine, LiveFigures } from '../../common/contracts/reports.ts';
import type { AgentFeed } from '../agents/agent-entry.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import { createLog } from '../../common/log.ts';
import { createEventStream } from './events.ts';
import { createReports, type Reports } from './reports.ts';

const log = createLog('test', 'silent');
const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const TO_B = 'cds_egress_m_b_http_8080';
const STATE = agentState();

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

type Agent = AgentFeed & { readonly asked: Question[]; readonly name: string };

/** Reports by a clock that the test moves; it begins within a slot. */
function start() {
  let at = 1_000_002_000;
  const dropped: string[] = [];
  const streams: { identity: Parameters<Reports['connected']>[0]['identity']; peer: string }[] = [];
  const model = modelFromInputs([
    { meshName: 'm' },
    ...['a', 'b', 'c'].map((virtualNodeName) => ({ meshName: 'm', virtualNodeName, spec: {} })),
  ]);
  const reports = createReports({
    model,
    streams: () => streams,
    log,
    onDrop: (reason) => dropped.push(reason),
    now: () => at,
  });
  const connect = (name: string, peer: string, state = STATE): Agent => {
    const identity = { mesh: 'm', owner: undefined, kind: 'virtualNode' as const, name };
    const asked: Question[] = [];
    const feed = reports.connected({ identity, peer, send: (question) => asked.push(question) });
    streams.push({ identity, peer });
    feed.state(state);
    return { ...feed, asked, name };
  };
  const read = (): LiveFigures => {
    const figures = reports.read(MESH);
    if (figures === undefined) throw new Error('too many meshes');
    return JSON.parse(figures.json.toString()) as LiveFigures;
  };
  return { reports, connect, read, dropped, pass: (ms: number) => void (at += ms) };
}

/** A report as the control plane receives it. */
const load = (clusters: Load['clusters'], names: readonly string[] = [], coversMs = 5000): ReceivedLoad =>
  received({ coversMs, names, clusters });
const counted = (number: number, requests: number, errors = 0, active = 0) => ({
  number,
  requests,
  ok: requests - errors,
  errors,
  active,
});
const sum = (values: readonly (number | null)[] = []): number =>
  values.reduce<number>((total, each) => total + (each ?? 0), 0);
const lineTo = ({ lines }: LiveFigures, cluster: string): FiguresLine | undefined =>
  lines.find((line) => line.cluster === cluster);

test('agents are asked when a reader comes, and their counts add up in the slots that the reports cover', () => {
  const { connect, read, pass } = start();
  const [first, second] = [connect('a', '10.0.0.1:1'), connect('a', '10.0.0.2:1')];
  expect(first.asked).toEqual([]);
  expect(read()).toMatchObject({ times: [], lines: [], reporting: 0, missing: [{ reason: 'waiting' }, {}] });
  expect(first.asked).toEqual([{ kind: 'watch load', intervalMs: 5000 }]);
  for (let turn = 0; turn < 4; turn += 1) {
    pass(5000);
    first.load(load([counted(0, 100, 10, 2)], turn === 0 ? [TO_B] : []));
    second.load(load([counted(1, 50)], turn === 0 ? ['cds_ingress_m_a_http_8080', TO_B] : []));
    read();
  }
  pass(5000);
  const figures = read();
  expect(figures.reporting).toBe(2);
  expect(figures.missing).toEqual([]);
  expect(figures.lines).toHaveLength(1);
  const line = lineTo(figures, TO_B);
  expect(line).toMatchObject({
    from: { kind: 'virtualNode', name: 'a' },
    to: { kind: 'virtualNode', name: 'b' },
    unit: 'requests',
  });
  // The first slot began before the watch: three of its five seconds are in it.
  expect(line?.requests.slice(0, 4)).toEqual([90, 150, 150, 150]);
  expect(line?.errors.slice(0, 2)).toEqual([6, 10]);
  expect(line?.active.slice(0, 2)).toEqual([1.2, 2]);
  expect(figures.times.map((time, index) => time - (figures.times[0] ?? 0) - index * 5000)).toEqual(
    figures.times.map(() => 0),
  );
});

test('thirty seconds after the last reader, agents are told to stop; figures stay for 15 minutes, then go', async () => {
  const { connect, reports, pass, read } = start();
  const agent = connect('a', '10.0.0.1:1');
  const stop = reports.follow(MESH, () => undefined);
  expect(reports.watched()).toBe(1);
  pass(3600_000);
  stop?.();
  expect(reports.watched()).toBe(1);
  pass(31_000);
  await vi.advanceTimersByTimeAsync(5000);
  expect(reports.watched()).toBe(0);
  expect(agent.asked).toEqual([
    { kind: 'watch load', intervalMs: 5000 },
    { kind: 'watch load', intervalMs: 0 },
  ]);
  read();
  expect(agent.asked.at(-1)).toEqual({ kind: 'watch load', intervalMs: 5000 });
  reports.close();
});

test('after a pause of the whole process, followers get all slots that ended, each once', async () => {
  const { reports, pass, read } = start();
  read();
  pass(20_000);
  const told: number[][] = [];
  const times = ({ json }: { json: Buffer }) => (JSON.parse(json.toString()) as LiveFigures).times;
  reports.follow(MESH, (figures) => told.push([...times(figures)]));
  pass(5000);
  await vi.advanceTimersByTimeAsync(5000);
  // The timer is late by three slots.
  pass(20_000);
  reports.follow(MESH, (figures) => told.push([...times(figures)]));
  await vi.advanceTimersByTimeAsync(5000);
  expect(told.map((each) => each.length)).toEqual([1, 4]);
  pass(5000);
  await vi.advanceTimersByTimeAsync(5000);
  expect(told.slice(2).map((each) => each.length)).toEqual([1, 1]);
  reports.close();
});

test('a reader that leaves while the control plane stops begins no new watch', () => {
  const { connect, reports } = start();
  const agent = connect('a', '10.0.0.1:1');
  const stop = reports.follow(MESH, () => undefined);
  reports.close();
  stop?.();
  expect(reports.watched()).toBe(0);
  expect(agent.asked).toHaveLength(1);
  expect(reports.read(MESH)).toBeUndefined();
});

test('readers of the same slots get the same figures, and share the bytes of the event', () => {
  const { connect, reports, pass, read } = start();
  const agent = connect('a', '10.0.0.1:1');
  read();
  pass(5000);
  agent.load(load([counted(0, 100)], [TO_B]));
  pass(10_000);
  expect(read().lines).toHaveLength(1);
  const first = reports.read(MESH);
  expect(reports.read(MESH)).toBe(first);
  expect(reports.read(MESH, { slots: 1 })).not.toBe(first);
  expect(first?.json.buffer).toBe(first?.event.buffer);
  const sent = [1, 2].map(() => {
    const stream = createEventStream(() => undefined);
    stream.body.read();
    if (first !== undefined) stream.send(first);
    return stream.body.read() as Buffer;
  });
  expect(sent[0]?.buffer).toBe(first?.event.buffer);
  expect(sent[0]?.byteOffset).toBe(sent[1]?.byteOffset);
  pass(5000);
  expect(reports.read(MESH)).not.toBe(first);
});

test('an agent that connects while its mesh is watched is asked too; one of an older version is not, and is missing', () => {
  const { connect, read } = start();
  read();
  expect(connect('a', '10.0.0.1:1').asked).toHaveLength(1);
  const old = connect('b', '10.0.0.2:1', { ...STATE, reportsLoad: false });
  expect(old.asked).toEqual([]);
  expect(read().missing).toEqual([
    { reason: 'waiting', proxy: { kind: 'virtualNode', name: 'a' }, peer: '10.0.0.1:1' },
    { reason: 'old agent', proxy: { kind: 'virtualNode', name: 'b' }, peer: '10.0.0.2:1' },
  ]);
});

test('absurd reports leave the figures of others alone, and are counted', () => {
  const { connect, read, pass, dropped } = start();
  const [good, bad] = [connect('a', '10.0.0.1:1'), connect('c', '10.0.0.2:1')];
  bad.load(load([counted(0, 5)], [TO_B]));
  expect(dropped).toEqual(['unasked']);
  read();
  pass(5000);
  good.load(load([counted(0, 100)], [TO_B]));
  // -1 as an unsigned number, a cluster without a name, a mesh of others, nodes that do not exist, and 3,000 names.
  bad.load(load([counted(0, 2 ** 32 - 1), counted(7, 5)], [TO_B]));
  bad.load(
    load([counted(1, 1), counted(2, 1)], ['cds_egress_other_b_http_8080', 'cds_egress_m_none_http_1']),
  );
  bad.load(
    load(
      [],
      Array.from({ length: 3000 }, (_, index) => `cds_egress_m_x${index}_http_8080`),
    ),
  );
  pass(10_000);
  const figures = read();
  expect(figures.lines.map(({ from }) => from.name)).toEqual(['a']);
  expect(sum(lineTo(figures, TO_B)?.requests)).toBe(100);
  expect(dropped).toEqual(['unasked', 'implausible', 'unknown', 'too many']);
});

test('a report of a long time adds only what belongs to the open slots', () => {
  const { connect, read, pass } = start();
  const agent = connect('a', '10.0.0.1:1');
  read();
  pass(60_000);
  agent.load(load([counted(0, 6000)], [TO_B], 60_000));
  pass(15_000);
  // 100 requests a second: 700 of them fell into the slot of seven seconds ago and the current one.
  expect(sum(lineTo(read(), TO_B)?.requests)).toBeCloseTo(700, 0);
});

test('an absurd number of requests in progress is dropped, however long the report says that it covers', () => {
  const { connect, read, pass, dropped } = start();
  const agent = connect('a', '10.0.0.1:1');
  read();
  pass(5000);
  agent.load(load([counted(0, 5, 0, 2 ** 32 - 1)], [TO_B], 2 ** 32 - 1));
  pass(10_000);
  expect(read().lines).toEqual([]);
  expect(dropped).toEqual(['implausible']);
});

test('counts without a time belong to the report before them, and are dropped once its slots have ended', () => {
  const { connect, read, pass } = start();
  const agent = connect('a', '10.0.0.1:1');
  read();
  pass(5000);
  agent.load(load([counted(0, 10)], [TO_B]));
  agent.load(load([counted(0, 10)], [], 0));
  pass(20_000);
  agent.load(load([counted(0, 1000)], [], 0));
  pass(10_000);
  expect(sum(lineTo(read(), TO_B)?.requests)).toBeCloseTo(20, 0);
});

test('a gateway to its own second pass is no line, and an application is one', () => {
  const { connect, read, pass } = start();
  const agent = connect('a', '10.0.0.1:1');
  read();
  pass(5000);
  const names = ['cds_ingress_m_a_tcp_9000', 'cds_egress_m_amazonaws', 'cds_ingress_m_b_http_1'];
  agent.load(load([counted(0, 10), counted(1, 10), counted(2, 10)], names));
  pass(10_000);
  expect(read().lines.map(({ to, unit }) => [to.kind, unit])).toEqual([
    ['application', 'connections'],
    ['outside', 'connections'],
  ]);
});
