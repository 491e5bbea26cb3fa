import { expect, test } from 'vitest';
import { compileControlPlaneSettings } from '../settings.ts';
import type { DiscoverySettings } from './settings.ts';

const compile = (flags: Readonly<Record<string, string>>): DiscoverySettings =>
  compileControlPlaneSettings({ '--data': '/d', ...flags }).discovery;

test.each([
  ['the region of ARNs', { '--region': 'eu-west-1', AWS_REGION: 'eu-west-2' }, 'eu-west-1'],
  ["the SDKs' region", { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-2'],
  ["the command line's region", { AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-3'],
  ['no region', {}, 'us-east-1'],
])('%s', (_, flags, region) => {
  expect(compile(flags).region).toBe(region);
});

test('one endpoint for all services, or one per service', () => {
  const all = 'http://127.0.0.1:5000';
  const own = 'https://vpce-1.example';
  expect(compile({ AWS_ENDPOINT_URL: all }).endpoints).toEqual({ cloudMap: all, acm: all, privateCa: all });
  expect(compile({ AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_ACM: own }).endpoints).toEqual({
    cloudMap: all,
    acm: own,
    privateCa: all,
  });
  expect(
    compile({ AWS_ENDPOINT_URL_SERVICEDISCOVERY: own, AWS_ENDPOINT_URL_ACM_PCA: all }).endpoints,
  ).toEqual({
    cloudMap: own,
    acm: undefined,
    privateCa: all,
  });
});

test('with PostgreSQL, last answers are kept only if a file is named', () => {
  const store = { '--data': '', '--store': 'postgres://db.example/daybreak' };
  expect(compile(store).cloudMapCache).toBeUndefined();
  expect(compile({ ...store, '--cloud-map-cache': '/c.json' }).cloudMapCache).toBe('/c.json');
});

test('all invalid settings are reported together', () => {
  const flags = { '--cloud-map-interval': '0', AWS_ENDPOINT_URL_ACM: 'localhost:5000', AWS_REGION: 'Mars!' };
  expect(() => compile(flags)).toThrow(
    [
      'AWS_REGION="Mars!": a region, e.g. us-east-1',
      '--cloud-map-interval="0": a whole number from 1 to 3600',
      'AWS_ENDPOINT_URL_ACM="localhost:5000": a URL, e.g. https://vpce-1.acm.us-east-1.vpce.amazonaws.com',
    ].join('\n'),
  );
});
