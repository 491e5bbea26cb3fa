import { expect, test } from 'vitest';
import { formatHostPort, hostPort, isLoopback } from './host-port.ts';

test.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['control.example:18000', { host: 'control.example', port: 18000 }],
])('parses and formats %s', (text, value) => {
  expect(hostPort(text)).toEqual({ value });
  expect(formatHostPort(value)).toBe(text);
});

test.each([
  '8080',
  ':8080',
  '::1:8080',
  '[host]:80',
  'host:65536',
  'host:',
  'http://host:80',
  'host:80/',
])('%s is refused', (text) => {
  expect(hostPort(text)).toEqual({ wanted: expect.stringContaining('HOST:PORT') as string });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['control.example', false],
])('%s: loopback %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
