import { expect, test } from 'vitest';
import { envoyArgs } from './envoy-command.ts';
import { readAgentSettings } from '../settings/settings.ts';

test('drain times of filter chains and of stops are separate, and drains are immediate', () => {
  const settings = readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
    APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
    LISTENER_DRAIN_WAIT_TIME_S: '30',
    DAYBREAK_LISTENER_DRAIN_S: '900',
    ENVOY_CONCURRENCY: '2',
  });
  const args = '-c /b.json -l info --concurrency 2 --drain-time-s 900 --drain-strategy immediate';
  const more = '--parent-shutdown-time-s 30 --disable-hot-restart --skip-deprecated-logs';
  expect(envoyArgs(settings, '/b.json').join(' ')).toBe(`${args} ${more}`);
});
