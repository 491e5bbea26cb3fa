import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { makeMuteFolder } from '../common/files/testing/mute-folder.ts';
import { until } from '../test/lab/until.ts';
import { makeReloadScene, type ReloadScene } from './reload/testing/reload-scene.ts';

// Files on a file system that does not answer, as NFS without its server: the agent starts, reloads and stops.

const PATIENT = { limitMs: 120_000 };
const mute = makeMuteFolder();
let scene: ReloadScene;
let count = 0;

afterEach(() => scene.remove());
afterAll(() => mute?.remove());

describe.skipIf(mute === undefined)('a file system that does not answer', () => {
  const path = `${mute?.path ?? ''}/file`;

  test.each([
    ['DAYBREAK_ENV_FILE', 'ENV_FILE'],
    ['ENVOY_RESOURCES_CONFIG_FILE', 'CONFIG_FILE'],
    ['DAYBREAK_ENVOY', 'CONFIG_FILE'],
  ])('%s on it ends the start with a code', async (variable, code) => {
    scene = await makeReloadScene(`dbagent-${process.pid}-m${(count += 1)}`);
    const agent = await scene.start({ [variable]: path });
    expect(await agent.ended).toBe(1);
    expect(agent.output()).toContain(`"code":"${code}"`);
    expect(agent.output()).toContain(`${variable}=${path} cannot be used (no answer within 2 s)`);
  });

  test('the log file and a certificate for telemetry on it: Envoy is LIVE without them; the agent waited forever', async () => {
    scene = await makeReloadScene(`dbagent-${process.pid}-m${(count += 1)}`);
    const agent = await scene.startLive({
      APPNET_ENVOY_LOG_DESTINATION: mute?.path ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_CERTIFICATE: path,
    });
    expect(agent.output()).toContain('"code":"LOG_FILE"');
    expect(agent.output()).toContain(`${path}: no answer within 2 s`);
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  test('the folders of the state on it: Envoy is LIVE, a reload that names a file on it is refused, and the agent ends', async () => {
    scene = await makeReloadScene(`dbagent-${process.pid}-m${(count += 1)}`);
    const env = { DAYBREAK_STATE_DIR: mute?.path ?? '', DAYBREAK_FALLBACK: mute?.path ?? '' };
    const agent = await scene.startLive(env);
    scene.write(`ENVOY_STATS_CONFIG_FILE=${path}\n`);
    for (let index = 0; index < 3; index += 1) {
      const { code, output } = await scene.operator('reload');
      expect(output).toContain(
        `ENVOY_STATS_CONFIG_FILE=${path} cannot be used (no answer within 2 s) (CONFIG_FILE)`,
      );
      expect(code).toBe(1);
    }
    expect(await scene.get()).toBe('hello\n');
    scene.write('ENVOY_CONCURRENCY=2\n');
    expect(await scene.operator('reload')).toMatchObject({ code: 0 });
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    await until('the end of all', async () => (await scene.envoys()).length === 0, PATIENT);
  });
});
