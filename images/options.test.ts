import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { readOptions } from './options.ts';

const { version } = manifest;

test.each([
  {
    args: [],
    references: [
      `daybreak-envoy:${version}`,
      `daybreak-proxy-route-manager:${version}`,
      `daybreak-controlplane:${version}`,
    ],
    dockerArgs: [],
  },
  {
    args: [
      '--name',
      'example.com/mesh',
      '--tag',
      'x',
      '--only',
      'envoy',
      '--',
      '--build-arg',
      'A=b',
      '--pull',
    ],
    references: ['example.com/mesh-envoy:x'],
    dockerArgs: ['--build-arg', 'A=b', '--pull'],
  },
])('$args', ({ args, references, dockerArgs }) => {
  const options = readOptions(args);
  if (options.kind !== 'build') throw new Error(`it is to build, not to ${options.kind}`);
  expect(options.images.map(({ reference }) => reference)).toEqual(references);
  expect(options.dockerArgs).toEqual(dockerArgs);
});

test('staging, help, and what is not allowed', () => {
  expect(readOptions(['--stage', 'tree'])).toEqual({ kind: 'stage', folder: 'tree' });
  expect(readOptions(['--help'])).toEqual({ kind: 'help' });
  expect(() => readOptions(['--only', 'agent'])).toThrow(
    '--only agent: it is one of envoy, proxy-route-manager, controlplane',
  );
  expect(() => readOptions(['--registry', 'x'])).toThrow("Unknown option '--registry'");
  expect(() => readOptions(['envoy'])).toThrow("Unexpected argument 'envoy'");
});
