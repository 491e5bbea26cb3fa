import { expect, test } from 'vitest';
import { boolean, compileSettings, integer, list, oneOf, port, SettingsError, text } from './settings.ts';

test('unset and empty variables take their defaults; values are trimmed; the result is frozen', () => {
  const settings = compileSettings({ A: ' 7 ', B: '' }, (read) => ({
    a: read('A', integer(1, 9), 1),
    b: read('B', text, 'default'),
    c: read('C', port, undefined),
  }));
  expect(settings).toEqual({ a: 7, b: 'default', c: undefined });
  expect(Object.isFrozen(settings)).toBe(true);
});

test('the error lists every problem, with the name, the value and what is allowed', () => {
  const compile = () =>
    compileSettings({ PORT: '70000', LEVEL: 'loud', FLAG: 'yes', PORTS: '80,,443' }, (read) => {
      read('PORT', port, 1);
      read('LEVEL', oneOf('info', 'debug'), 'info');
      read('FLAG', boolean, false);
      read('PORTS', list(port), []);
      read.problem({ name: 'ID', got: undefined, wanted: 'the name of a virtual node' });
      return {};
    });
  expect(compile).toThrow(SettingsError);
  expect(compile).toThrow(
    [
      'PORT="70000": a whole number from 1 to 65535',
      'LEVEL="loud": one of info, debug',
      'FLAG="yes": 1 or true, 0 or false',
      'PORTS="80,,443": a comma-separated list, each a value (got "")',
      'ID is not set: the name of a virtual node',
    ].join('\n'),
  );
});

test('a pair of quotes, which Docker passes on, counts as unset; it was an error', () => {
  const read = (value: string) =>
    compileSettings({ PORT: value }, (reader) => ({ port: reader('PORT', port, 1) }));
  expect([read('""'), read("''\n")]).toEqual([{ port: 1 }, { port: 1 }]);
  expect(() => read('"80"')).toThrow(
    'PORT="\\"80\\"": a whole number from 1 to 65535; the quotes are part of the value',
  );
});

test('a variable that Kubernetes set for a Service of this name counts as unset; it was an error', () => {
  const read = (env: Record<string, string>) =>
    compileSettings(env, (reader) => ({ port: reader('STATSD_PORT', port, 8125) }));
  const link = { STATSD_PORT: 'tcp://10.0.0.1:9125' };
  expect(read({ ...link, STATSD_SERVICE_HOST: '10.0.0.1' })).toEqual({ port: 8125 });
  expect(() => read(link)).toThrow('STATSD_PORT="tcp://10.0.0.1:9125": a whole number');
});

test('a variable that Docker set for a link of this name counts as unset; it was an error', () => {
  const read = (env: Record<string, string>) =>
    compileSettings(env, (reader) => ({ port: reader('XRAY_DAEMON_PORT', port, 2000) }));
  const link = { XRAY_DAEMON_PORT: 'udp://172.17.0.2:2000', XRAY_DAEMON_NAME: '/app/xray-daemon' };
  expect(read({ ...link, XRAY_DAEMON_PORT_2000_UDP: 'udp://172.17.0.2:2000' })).toEqual({ port: 2000 });
  expect(() => read({ ...link, XRAY_DAEMON_PORT_2001_UDP: 'udp://172.17.0.2:2001' })).toThrow(
    'XRAY_DAEMON_PORT="udp://172.17.0.2:2000": a whole number',
  );
});

test('a variable that several settings read is listed once', () => {
  const compile = () =>
    compileSettings({ PORT: 'http' }, (read) => ({ a: read('PORT', port, 1), b: read('PORT', port, 2) }));
  expect(compile).toThrow(/^PORT="http": a whole number from 1 to 65535$/);
});

test('the error for a secret does not contain its value', () => {
  const compile = () =>
    compileSettings({ KEY: 'hunter2' }, (read) => {
      read.secret('KEY', () => ({ wanted: 'a key' }), undefined);
      return {};
    });
  expect(compile).toThrow(/^KEY \(its value is not shown\): a key$/);
});

test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('%s is true', (value) => {
  expect(boolean(value)).toEqual({ value: true });
});

test.each(['1.5', '1e3', '0x10', '', ' 1', '+1'])('%j is not a whole number', (value) => {
  expect(integer(0, 99)(value)).toEqual({ wanted: 'a whole number from 0 to 99' });
});
