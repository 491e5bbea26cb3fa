import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeReloadScene, type ReloadScene } from '../reload/testing/reload-scene.ts';
import { ENVOY, type RunningAgent } from '../testing/agent-host.ts';
import { startRequests } from './testing/requests.ts';

// Agents one after the other, with real Envoys: what one leaves, the next one takes over.

const OLDEST = process.env['DAYBREAK_ENVOY_OLDEST'] ?? ENVOY;
/** Seconds: more than an agent needs to start on a busy machine. */
const KEEP = { DAYBREAK_KEEP_ENVOY_S: '120' };
/** Longer than a busy machine needs for a request: an Envoy that drains cuts those that it still has after this time. */
const LONG = { LISTENER_DRAIN_WAIT_TIME_S: '15' };

let scene: ReloadScene;
let count = 0;

beforeEach(async () => {
  scene = await makeReloadScene(`dbp16a-${process.pid}-t${(count += 1)}`);
});
afterEach(() => scene.remove());

async function ofEnvoy() {
  const { command_line_options: options, version } = await scene.serverInfo();
  return { epoch: options.restart_epoch ?? 0, version: version.split('/')[1] };
}

/** Waits until an Envoy of this epoch is the only one. */
async function serves(agent: RunningAgent, epoch: number): Promise<void> {
  await scene.reaches(`epoch ${epoch}`, async () => (await scene.reloadOf(agent)).epoch === epoch);
  await scene.reaches('one Envoy', async () => (await scene.envoys()).length === 1);
  expect((await ofEnvoy()).epoch).toBe(epoch);
}

/** Asserts that neither processes nor files are left. */
async function nothingIsLeft(memory: readonly string[]): Promise<void> {
  await scene.reaches('no Envoy', async () => (await scene.envoys()).length === 0);
  await scene.reaches('no folder', async () => scene.host.runFolders().length === 0);
  await scene.reaches('no memory', async () => memory.every((path) => !existsSync(path)));
}

describe.each([
  ['1.40', ENVOY],
  ['oldest', OLDEST],
])('%s', (_, envoy) => {
  test('an agent that hands over, and one that is killed with -9: the next one takes Envoy over, and no request fails', async () => {
    const first = await scene.startLive({ ...KEEP, ...LONG, DAYBREAK_ENVOY: envoy });
    const requests = startRequests(scene.host.namespace, 'http://127.0.0.1:15000/x');
    try {
      const further = async () => {
        const before = requests.answered();
        await scene.reaches('further requests', async () => requests.answered() > before + 200);
      };
      await further();
      expect(await scene.operator('hand-over')).toEqual({
        code: 0,
        output: 'the agent ends; Envoy serves on, and waits 120 s for another agent\n',
      });
      expect(await first.ended).toBe(0);
      expect((await scene.envoys()).length).toBe(1);
      const second = await scene.startLive({ ...KEEP, ...LONG, DAYBREAK_ENVOY: envoy });
      await scene.reaches('epoch 1', async () => (await scene.reloadOf(second)).epoch === 1);
      await further();

      // The first Envoy may still drain.
      second.kill('SIGKILL');
      await second.ended;
      const third = await scene.startLive({ ...KEEP, ...LONG, DAYBREAK_ENVOY: envoy });
      await serves(third, 2);
      await further();
      expect(third.output()).not.toContain('NO_TAKE_OVER');
      // The access log of the next Envoy arrives by the pipe of the first.
      await scene.reaches('the access log', async () => third.output().includes('served /x'));
      requests.stop();
      expect(requests.failures()).toEqual([]);
      const memory = scene.sharedMemory();
      third.kill('SIGTERM');
      expect(await third.ended).toBe(0);
      expect(third.output()).toContain('drained: ');
      await nothingIsLeft(memory);
    } finally {
      requests.stop();
    }
  });
});

test('a stop in the middle of a take-over ends both Envoys', async () => {
  const first = await scene.startLive(KEEP);
  const memory = scene.sharedMemory();
  first.kill('SIGKILL');
  await first.ended;
  const second = await scene.start({ ...KEEP, DAYBREAK_ENVOY: scene.waitingEnvoy().path });
  await scene.reaches('handing over', async () => {
    return (await second.status()).daybreak.supervisor.state === 'handing-over';
  });
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  await nothingIsLeft(memory);
});

test('without another agent, a guard ends Envoy after its time, at once if the folder of the agent is gone', async () => {
  const first = await scene.startLive({ DAYBREAK_KEEP_ENVOY_S: '2' });
  const memory = scene.sharedMemory();
  first.kill('SIGKILL');
  await first.ended;
  await scene.reaches('no Envoy', async () => (await scene.envoys()).length === 0);
  await scene.reaches('no memory', async () => memory.every((path) => !existsSync(path)));

  const second = await scene.startLive({ DAYBREAK_KEEP_ENVOY_S: '3600' });
  await scene.reaches('the line', async () => second.output().includes('has ended'));
  second.kill('SIGKILL');
  await second.ended;
  const [folder = ''] = scene.host.runFolders();
  await scene.host.run('rm', '-r', join(scene.host.folder, 'runs', folder));
  await scene.reaches('no Envoy', async () => (await scene.envoys()).length === 0);
});

test('an Envoy with another version of hot restart drains, and the next one is started', async () => {
  const first = await scene.startLive(KEEP);
  expect(await scene.operator('hand-over')).toMatchObject({ code: 0 });
  await first.ended;
  const other = scene.standIn(`exec ${ENVOY} "$@"`, ENVOY, 'echo 99.1; exit');
  const second = await scene.start({ ...KEEP, DAYBREAK_ENVOY: other });
  await scene.reaches('the restart', async () => (await scene.reloadOf(second)).last?.how === 'restart');
  await scene.reaches('the code', async () => second.output().includes('HOT_RESTART_VERSION'));
  await serves(second, 0);
  expect(await scene.get()).toBe('hello\n');
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('a damaged record, and one of a living agent or another node, is not taken over', async () => {
  const first = await scene.startLive(KEEP);
  const [folder = ''] = scene.host.runFolders();
  const file = join(scene.host.folder, 'runs', folder, 'envoy.json');
  const text = readFileSync(file, 'utf8');
  const ports = { APPNET_AGENT_HTTP_PORT: '9912', ENVOY_ADMIN_ACCESS_PORT: '9911' };
  for (const [damage, said] of [
    [text.slice(0, 40), 'it is damaged'],
    [text.replace('"format":1', '"format":2'), 'its format is 2, not 1'],
    [text, undefined],
    [
      text
        .replace('virtualNode/n', 'virtualNode/other')
        .replace(/"agent":{"pid":\d+/, '"agent":{"pid":4194304'),
      undefined,
    ],
  ] as const) {
    writeFileSync(file, damage);
    const second = await scene.start({ ...KEEP, ...ports });
    await scene.reaches('LIVE', async () => second.output().includes('Envoy is LIVE'));
    expect((await scene.envoys()).length).toBe(2);
    if (said === undefined) expect(second.output()).not.toContain('NO_TAKE_OVER');
    else expect(second.output()).toContain(said);
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }
  expect(readdirSync(join(scene.host.folder, 'runs'))).toEqual([folder]);
  expect((await scene.envoys()).length).toBe(1);
  first.shell.kill('SIGTERM');
  await first.ended;
});

test('without DAYBREAK_KEEP_ENVOY_S, Envoy ends with its agent, and a hand-over is refused', async () => {
  const agent = await scene.startLive();
  const refused = await scene.operator('hand-over');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).toContain('DAYBREAK_KEEP_ENVOY_S is 0, which is the default (HAND_OVER_OFF)');
  agent.kill('SIGKILL');
  await agent.ended;
  await scene.reaches('no Envoy', async () => (await scene.envoys()).length === 0);
});
