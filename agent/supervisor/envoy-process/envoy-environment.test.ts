import { expect, test } from 'vitest';
import { XDS_TEXTS } from '../../settings/xds/xds-texts.ts';
import { envoyEnvironment } from './envoy-environment.ts';

const names = (env: Readonly<Record<string, string>>, more: readonly string[] = []) =>
  Object.keys(envoyEnvironment(env, more));

test('passes variables of Envoy, its tracers and its resolver unchanged', () => {
  const env = {
    PATH: '/bin',
    HOME: '/',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    TZ: 'Europe/Vienna',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=a',
    DD_SERVICE: 'a',
    DD_TRACE_AGENT_URL: 'http://127.0.0.1:8126',
    http_proxy: 'http://proxy:3128',
    NO_PROXY: 'localhost',
    RES_OPTIONS: 'ndots:1',
  };
  expect(envoyEnvironment(env, [])).toEqual(env);
});

test.each([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'DAYBREAK_XDS_TOKEN_FILE',
  'DAYBREAK_XDS_KEY_FILE',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_CLIENT_KEY',
  'DD_API_KEY',
  'DD_APP_KEY',
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'DATABASE_URL',
])('%s is not', (name) => {
  expect(names({ [name]: 'x' })).toEqual([]);
});

test.each(XDS_TEXTS)('%s is not, even if the operator named it', (name) => {
  expect(names({ [name]: 'x' }, [name])).toEqual([]);
});

test('passes a variable that the operator named', () => {
  expect(names({ HOSTNAME: 'a', DD_API_KEY: 'k', OTHER: 'x' }, ['HOSTNAME', 'DD_API_KEY', 'ABSENT'])).toEqual(
    ['HOSTNAME', 'DD_API_KEY'],
  );
});
