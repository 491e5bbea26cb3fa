import { expect, test } from 'vitest';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import { readLogFile } from './log-file-settings.ts';

const read = (env: Readonly<Record<string, string>>) =>
  compileSettings(env, (reader) => ({ file: readLogFile(reader) })).file;

test.each([
  [{}, undefined],
  [{ APPNET_ENVOY_LOG_NAME: 'a.log' }, undefined],
  // The default in the words of App Mesh's agent: it was an error.
  [{ APPNET_ENVOY_LOG_DESTINATION: 'stdout/stderr' }, undefined],
  [{ APPNET_ENVOY_LOG_DESTINATION: 'stdout' }, undefined],
  [
    { APPNET_ENVOY_LOG_DESTINATION: '/var/log/' },
    { path: '/var/log/appnet_envoy.log', maxBytes: 1_048_576, keep: 5 },
  ],
  [
    {
      APPNET_ENVOY_LOG_DESTINATION: '/logs',
      APPNET_ENVOY_LOG_NAME: 'a.log',
      APPNET_AGENT_MAX_LOG_FILE_SIZE: '0.5',
      APPNET_AGENT_MAX_RETENTION_COUNT: '0',
    },
    { path: '/logs/a.log', maxBytes: 524_288, keep: 0 },
  ],
])('%o', (env, file) => expect(read(env)).toEqual(file));

test.each([
  ['APPNET_ENVOY_LOG_DESTINATION', 'logs'],
  ['APPNET_ENVOY_LOG_NAME', '../a.log'],
  ['APPNET_ENVOY_LOG_NAME', '..'],
  ['APPNET_AGENT_MAX_LOG_FILE_SIZE', '0'],
  ['APPNET_AGENT_MAX_LOG_FILE_SIZE', '1MB'],
  ['APPNET_AGENT_MAX_RETENTION_COUNT', '-1'],
])('%s=%j is an error', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
});
