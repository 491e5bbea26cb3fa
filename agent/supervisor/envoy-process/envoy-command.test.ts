import { expect, test } from 'vitest';
import { envoyArgs } from './envoy-command.ts';
import { readAgentSettings } from '../../settings/settings.ts';

test('drain times of filter chains and of stops are separate, and drains are immediate', () => {
  const settings = readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
    APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
    LISTENER_DRAIN_WAIT_TIME_S: '30',
    DAYBREAK_LISTENER_DRAIN_S: '900',
    ENVOY_CONCURRENCY: '2',
  });
  const args =
    '-c /b.json -l info --component-log-level main:warning --concurrency 2 --drain-time-s 900 --drain-strategy immediate';
  const more = '--parent-shutdown-time-s 30 --disable-hot-restart --skip-deprecated-logs';
  expect(envoyArgs(settings, ['-c', '/b.json'], { kind: 'none' }).join(' ')).toBe(`${args} ${more}`);
});

test("Envoy's list of extensions is left out at the level info only", () => {
  const args = (ENVOY_LOG_LEVEL: string) =>
    envoyArgs(
      readAgentSettings({
        APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
        APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
        ENVOY_LOG_LEVEL,
      }),
      ['-c', '/b.json'],
      { kind: 'none' },
    );
  expect(args('info')).toContain('main:warning');
  for (const level of ['trace', 'debug', 'warning', 'error', 'critical', 'off']) {
    expect(args(level)).not.toContain('main:warning');
    expect(args(level)).toContain(level);
  }
});

test('the first Envoy of a series of hot restarts chooses a base id, and the next ones use it', () => {
  const settings = readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
    APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
    DISABLE_HOT_RESTART: '0',
  });
  const first = envoyArgs(settings, [], { kind: 'first', baseIdPath: '/id' }).join(' ');
  expect(first).toContain('--use-dynamic-base-id --base-id-path /id');
  const next = envoyArgs(settings, [], { kind: 'next', baseId: '77', epoch: 2 }).join(' ');
  expect(next).toContain('--base-id 77 --restart-epoch 2');
  expect(`${first} ${next}`).not.toContain('--disable-hot-restart');
});
