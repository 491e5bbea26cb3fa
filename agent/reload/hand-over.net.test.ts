import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReloadScene, type ReloadScene } from './testing/reload-scene.ts';

// Accidents and signals while two Envoys run.

const HELLO = 'hello\n';

let scene: ReloadScene;
let count = 0;

beforeEach(async () => {
  scene = await makeReloadScene(`dbp16a-${process.pid}-h${(count += 1)}`);
});
afterEach(() => scene.remove());

/** An agent that hands over to an Envoy, which begins to start only at `goOn`. */
async function handingOver() {
  const agent = await scene.startLive();
  const { path, goOn } = scene.waitingEnvoy();
  scene.write(`DAYBREAK_ENVOY=${path}\n`);
  const before = Number((await agent.status()).envoyPid);
  agent.kill('SIGHUP');
  await scene.reaches('handing over', async () => {
    return (await agent.status()).daybreak.supervisor.state === 'handing-over';
  });
  expect(await agent.status()).toMatchObject({ healthStatus: 'HEALTHY', envoyPid: `${before}` });
  return { agent, before, goOn };
}

test('SIGHUPs during a hand-over are one further reload, after the end of the old Envoy', async () => {
  const { agent, goOn } = await handingOver();
  for (let index = 0; index < 3; index += 1) agent.kill('SIGHUP');
  goOn();
  await scene.reaches('the second', async () => (await scene.reloadOf(agent)).epoch === 2);
  await scene.reaches('one Envoy', async () => (await scene.envoys()).length === 1);
  await scene.reaches('the end of reloads', async () => !(await scene.reloadOf(agent)).isRunning);
  expect(await scene.reloadOf(agent)).toMatchObject({ epoch: 2, counts: { 'taken over': 2, refused: 0 } });
  expect(await scene.get()).toBe(HELLO);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('SIGTERM during a hand-over drains, and ends both Envoys', async () => {
  const { agent } = await handingOver();
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(await scene.envoys()).toEqual([]);
  expect(agent.output()).toContain('drained: ');
});

test('a second signal ends both Envoys at once', async () => {
  const { agent } = await handingOver();
  agent.kill('SIGTERM');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(await scene.envoys()).toEqual([]);
});

test('SIGTERM while the old Envoy lives on ends both', async () => {
  const agent = await scene.startLive({ LISTENER_DRAIN_WAIT_TIME_S: '60' });
  expect(await scene.operator('reload')).toMatchObject({ code: 0 });
  expect((await scene.envoys()).length).toBe(2);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(await scene.envoys()).toEqual([]);
});

test('if the old Envoy is killed during a hand-over, it is started again as it was', async () => {
  const { agent, before } = await handingOver();
  process.kill(before, 'SIGKILL');
  await scene.reaches('failed', async () => (await scene.reloadOf(agent)).counts['failed'] === 1);
  await scene.reaches('LIVE again', async () => {
    const { healthStatus, envoyPid } = await agent.status();
    return healthStatus === 'HEALTHY' && Number(envoyPid) !== before;
  });
  expect(await scene.reloadOf(agent)).toMatchObject({ epoch: 0, hotRestart: 'on' });
  expect(await scene.get()).toBe(HELLO);
  expect((await agent.status()).envoyRestartCount).toBe('1');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a next Envoy that is killed after it has taken over is restarted, and hot restarts go on', async () => {
  const agent = await scene.startLive({ LISTENER_DRAIN_WAIT_TIME_S: '60' });
  scene.write('ENVOY_CONCURRENCY=2\n');
  expect(await scene.operator('reload')).toMatchObject({ code: 0 });
  const { envoyPid } = await agent.status();
  process.kill(Number(envoyPid), 'SIGKILL');
  await scene.reaches('LIVE again', async () => {
    const status = await agent.status();
    return status.healthStatus === 'HEALTHY' && status.envoyPid !== envoyPid;
  });
  expect(await scene.serverInfo()).toMatchObject({ command_line_options: { concurrency: 2 } });
  expect(await scene.get()).toBe(HELLO);
  expect(await scene.reloadOf(agent)).toMatchObject({ epoch: 0, hotRestart: 'on' });
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(await scene.envoys()).toEqual([]);
});

test('two agents of one network namespace reload, each with a base id of its own, and leave no shared memory', async () => {
  const first = await scene.startLive();
  const second = await scene.start({ APPNET_AGENT_HTTP_PORT: '9912', ENVOY_ADMIN_ACCESS_PORT: '9911' });
  const status = () => scene.host.run('curl', '-s', '127.0.0.1:9912/status');
  await scene.reaches('the second is LIVE', async () => (await status()).includes('"HEALTHY"'));
  const epochs = async (port: number) => {
    const text = await scene.host.run('curl', '-s', `127.0.0.1:${port}/server_info`);
    const { command_line_options: options } = JSON.parse(text) as {
      readonly command_line_options: { readonly restart_epoch?: number };
    };
    return options.restart_epoch ?? 0;
  };
  const memory = scene.sharedMemory();
  expect(new Set(memory).size).toBe(2);
  expect(memory.filter((path) => !existsSync(path))).toEqual([]);
  // The pid file has the process id of the agent that was started last.
  second.kill('SIGHUP');
  await scene.reaches('the second reloads', async () => (await epochs(9911)) === 1);
  expect(await epochs(9901)).toBe(0);
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  expect(await scene.get()).toBe(HELLO);
  const [socket] = scene.host.runFolders();
  expect(
    await scene.operator('reload', '--socket', `${scene.host.folder}/runs/${socket}/operator.sock`),
  ).toMatchObject({
    code: 0,
  });
  first.shell.kill('SIGTERM');
  expect(await first.ended).not.toBeNull();
  await scene.reaches('no shared memory', async () => !memory.some((path) => existsSync(path)));
});

test('where /dev/shm cannot be written, Envoy starts without hot restart, and a reload says why', async () => {
  const agent = await scene.start(
    {},
    "exec unshare --mount sh -c 'mount -t tmpfs -o ro none /dev/shm && exec agent'",
  );
  await scene.reaches('LIVE', async () => (await agent.status()).healthStatus === 'HEALTHY');
  expect((await scene.reloadOf(agent)).hotRestart).toMatch(/^off: uid 1337 cannot write to \/dev\/shm/);
  await scene.reaches('the warning', async () => agent.output().includes('SHARED_MEMORY'));
  expect(await scene.operator('reload')).toMatchObject({
    code: 1,
    output: expect.stringContaining('HOT_RESTART_OFF') as unknown,
  });
  expect(await scene.operator('reload', '--restart')).toMatchObject({ code: 0 });
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});
