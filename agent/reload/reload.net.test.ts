import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVOY } from '../testing/agent-host.ts';
import { makeReloadScene, type ReloadScene } from './testing/reload-scene.ts';

// Reloads of a running agent with real Envoys.

const OLDEST = process.env['DAYBREAK_ENVOY_OLDEST'] ?? ENVOY;
const HELLO = 'hello\n';

let scene: ReloadScene;
let count = 0;

beforeEach(async () => {
  scene = await makeReloadScene(`dbp16a-${process.pid}-r${(count += 1)}`);
});
afterEach(() => scene.remove());

describe.each([
  ['1.40', ENVOY],
  ['oldest', OLDEST],
])('%s', (_, envoy) => {
  test('SIGHUP takes a changed variable over: the next Envoy has the statistics, the old one ends by itself', async () => {
    const { get, reloadOf } = scene;
    // The next Envoy receives, every five seconds, what the old one counts from then on; on a busy machine that comes late.
    const agent = await scene.startLive({ DAYBREAK_ENVOY: envoy, LISTENER_DRAIN_WAIT_TIME_S: '30' });
    const kept = await scene.keepConnection();
    expect(await reloadOf(agent)).toMatchObject({ hotRestart: 'on', epoch: 0 });

    scene.write('ENVOY_CONCURRENCY=2\n');
    agent.kill('SIGHUP');
    await scene.reaches('taken over', async () => (await reloadOf(agent)).epoch === 1);
    expect(await scene.serverInfo()).toMatchObject({
      command_line_options: { restart_epoch: 1, concurrency: 2 },
    });
    expect(await agent.status()).toMatchObject({ healthStatus: 'HEALTHY', envoyRestartCount: '0' });
    expect(await get()).toBe(HELLO);
    expect(await kept.askAgain()).toContain(HELLO);
    await scene.reaches('the statistics of both', async () => (await scene.requests()) >= 2);
    await scene.reaches('the end of the old Envoy', async () => (await scene.envoys()).length === 1);
    expect(await reloadOf(agent)).toMatchObject({
      counts: { 'taken over': 1, refused: 0, failed: 0 },
      last: { outcome: 'taken over', how: 'hot restart' },
    });
    expect(await scene.host.run('curl', '-s', '127.0.0.1:9902/metrics')).toContain(
      'daybreak_agent_reloads_total{outcome="taken over"} 1\n',
    );
    expect(agent.output()).not.toContain('ENVOY_ENDED');
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(await scene.envoys()).toEqual([]);
  });

  test('a next Envoy that ends at its start leaves the running one without its admin interface, until a restart', async () => {
    const { reloadOf } = scene;
    const agent = await scene.startLive({ DAYBREAK_ENVOY: envoy });
    const { envoyPid } = await agent.status();
    const bad = `--config-yaml '{static_resources: {listeners: [{name: x, address: {socket_address: {address: 192.0.2.1, port_value: 1}}}]}}'`;
    scene.write(`DAYBREAK_ENVOY=${scene.standIn(`exec ${envoy} "$@" ${bad}`, envoy)}\n`);
    const failed = await scene.operator('reload');
    expect(failed.output).toMatch(/failed: the next Envoy ended with code 1 \(RELOAD_FAILED\)|found a port/);
    expect(failed.code).toBe(1);

    expect(await scene.get()).toBe(HELLO);
    expect(await agent.status()).toMatchObject({
      healthStatus: 'HEALTHY',
      envoyPid,
      daybreak: { supervisor: { state: 'without-admin' } },
    });
    expect(await scene.problems(agent)).toEqual(
      expect.arrayContaining(['HOT_RESTART_BLOCKED', 'RELOAD_FAILED']),
    );
    scene.write('');
    const again = await scene.operator('reload');
    expect(again).toMatchObject({
      code: 1,
      output: expect.stringContaining('HOT_RESTART_BLOCKED') as unknown,
    });
    expect((await agent.status()).envoyPid).toBe(envoyPid);

    expect(await scene.operator('reload', '--restart')).toMatchObject({
      code: 0,
      output: 'Envoy was restarted\n',
    });
    expect(await reloadOf(agent)).toMatchObject({ hotRestart: 'on', epoch: 0 });
    expect(await scene.operator('reload')).toMatchObject({ code: 0 });
    expect(await reloadOf(agent)).toMatchObject({ epoch: 1 });
    expect(await scene.get()).toBe(HELLO);
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });
});

test('daybreak agent reload changes 1.37 into 1.40 and back', async () => {
  const agent = await scene.startLive({ DAYBREAK_ENVOY: OLDEST });
  const { version } = await scene.serverInfo();
  scene.write(`DAYBREAK_ENVOY=${ENVOY}\n`);
  const { code, output } = await scene.operator('reload');
  expect(output).toContain('Envoy 1 has taken over');
  expect(code).toBe(0);
  expect((await scene.serverInfo()).version === version).toBe(ENVOY === OLDEST);
  scene.write(`DAYBREAK_ENVOY=${OLDEST}\n`);
  expect(await scene.operator('reload')).toMatchObject({ code: 0 });
  expect((await scene.serverInfo()).version).toBe(version);
  expect(await scene.get()).toBe(HELLO);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a configuration that Envoy refuses changes nothing, and neither do bad variables or a bad file of variables', async () => {
  const agent = await scene.startLive();
  const { envoyPid } = await agent.status();
  const refused = async (text: string, words: RegExp): Promise<void> => {
    scene.write(text);
    const { code, output } = await scene.operator('reload');
    expect(output).toMatch(words);
    expect(code).toBe(1);
    expect(await agent.status()).toMatchObject({ envoyPid, healthStatus: 'HEALTHY' });
  };
  const resources = `${scene.host.folder}/resources.yaml`;
  await scene.host.run('sh', '-c', `echo 'cluster_manager: {bogus: 1}' > ${resources}`);
  await refused(
    `ENVOY_RESOURCES_CONFIG_FILE=${resources}\n`,
    /refused: Envoy refuses the bootstrap with .*bogus.* \(BOOTSTRAP_REFUSED\)/,
  );
  await refused('ENVOY_CONCURRENCY=x\n', /ENVOY_CONCURRENCY="x".* \(SETTINGS_INVALID\)/);
  await refused('nonsense\n', /line 1: .* \(ENV_FILE\)/);
  await refused('DAYBREAK_ENVOY=/nowhere\n', /ENVOY_MISSING/);
  const other = scene.standIn('exit 1', ENVOY, 'echo 99.1; exit 0');
  await refused(`DAYBREAK_ENVOY=${other}\n`, /version of hot restart is 99\.1.*\(HOT_RESTART_VERSION\)/);
  expect(await scene.get()).toBe(HELLO);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('with DISABLE_HOT_RESTART=1, a reload is refused and a restart is not; variables of the agent itself are named', async () => {
  const agent = await scene.startLive({ DISABLE_HOT_RESTART: '1' });
  agent.kill('SIGHUP');
  await scene.reaches('refused', async () => (await scene.reloadOf(agent)).counts['refused'] === 1);
  expect(await scene.reloadOf(agent)).toMatchObject({
    hotRestart: 'off: DISABLE_HOT_RESTART is 1, which is the default',
    last: { message: expect.stringContaining('HOT_RESTART_OFF') as unknown },
  });
  scene.write('ENVOY_CONCURRENCY=2\nAPPNET_AGENT_HTTP_PORT=9912\n');
  const { envoyPid } = await agent.status();
  const { code, output } = await scene.operator('reload', '--restart');
  expect(output).toBe(
    'Envoy was restarted; the agent takes over APPNET_AGENT_HTTP_PORT only at its own restart (RELOAD_PARTIAL)\n',
  );
  expect(code).toBe(0);
  expect(await scene.serverInfo()).toMatchObject({ command_line_options: { concurrency: 2 } });
  expect((await agent.status()).envoyPid).not.toBe(envoyPid);
  expect(await scene.problems(agent)).toContain('RELOAD_PARTIAL');
  expect((await agent.status()).envoyRestartCount).toBe('0');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a reload during the start of Envoy waits until Envoy is LIVE', async () => {
  const { path, goOn } = scene.waitingEnvoy();
  const agent = await scene.start({ DAYBREAK_ENVOY: path });
  await scene.reaches(
    'starting',
    async () => (await agent.status()).daybreak.supervisor.state === 'starting',
  );
  scene.write('ENVOY_CONCURRENCY=2\n');
  agent.kill('SIGHUP');
  await scene.reaches('a reload', async () => (await scene.reloadOf(agent)).isRunning);
  expect((await agent.status()).daybreak.supervisor.state).toBe('starting');
  goOn();
  await scene.reaches('taken over', async () => (await scene.reloadOf(agent)).epoch === 1);
  expect(await scene.serverInfo()).toMatchObject({ command_line_options: { concurrency: 2 } });
  expect(await scene.reloadOf(agent)).toMatchObject({ counts: { 'taken over': 1, refused: 0, failed: 0 } });
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a restart with corrected variables ends a crash loop', async () => {
  const agent = await scene.start({
    DAYBREAK_ENVOY: scene.standIn('exit 1'),
    APPNET_ENVOY_RESTART_COUNT: '10',
  });
  await scene.reaches(
    'a crash',
    async () => (await agent.status()).daybreak.supervisor.state === 'backing-off',
  );
  scene.write(`DAYBREAK_ENVOY=${ENVOY}\n`);
  expect(await scene.operator('reload', '--restart')).toMatchObject({
    code: 0,
    output: 'Envoy was restarted\n',
  });
  expect(await scene.get()).toBe(HELLO);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a reload on a read-only root file system, as of docker run --read-only with a folder for the agent and /dev/shm', async () => {
  const only = 'mount --make-rprivate / && mount --bind . . && mount -o remount,bind,ro /';
  const readOnly = `exec unshare --mount sh -c '${only} && cd "$PWD" && ! touch /etc/daybreak-test 2>/dev/null && exec agent'`;
  const agent = await scene.start({}, readOnly);
  await scene.reaches('LIVE', async () => (await agent.status()).healthStatus === 'HEALTHY');
  scene.write('ENVOY_CONCURRENCY=2\n');
  expect(await scene.operator('reload')).toMatchObject({ code: 0 });
  expect(await scene.reloadOf(agent)).toMatchObject({ hotRestart: 'on', epoch: 1 });
  expect(await scene.serverInfo()).toMatchObject({ command_line_options: { concurrency: 2 } });
  expect(await scene.get()).toBe(HELLO);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});
