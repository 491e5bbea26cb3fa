import { expect, test } from 'vitest';
import { compileControlPlaneSettings } from './settings.ts';

test('defaults', () => {
  expect(compileControlPlaneSettings({ '--data': '/var/lib/daybreak' })).toEqual({
    data: '/var/lib/daybreak',
    api: { host: '127.0.0.1', port: 8080 },
    ads: { host: '127.0.0.1', port: 18_000 },
    account: '000000000000',
    region: 'us-east-1',
    insecure: false,
  });
});

test('every problem is listed', () => {
  const flags = { '--api': 'here', '--ads': '10.0.0.1:18000', '--account': '12', '--region': 'Mars!' };
  expect(() => compileControlPlaneSettings(flags)).toThrow(
    [
      '--api="here": HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080, with a port up to 65535',
      '--account="12": an AWS account id, twelve digits',
      '--region="Mars!": a region, e.g. us-east-1',
      '--data is not set: the folder that the model is kept in',
      '--ads="10.0.0.1:18000": beyond loopback anyone who reaches the port has all rights; say --insecure if that network is trusted, or use a loopback address',
    ].join('\n'),
  );
});

test('beyond loopback with --insecure', () => {
  const settings = compileControlPlaneSettings({
    '--data': 'd',
    '--ads': '0.0.0.0:18000',
    '--insecure': 'true',
  });
  expect(settings).toMatchObject({ ads: { host: '0.0.0.0' }, insecure: true });
});
