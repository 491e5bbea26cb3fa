import { expect, test } from 'vitest';
import { withoutGoFlags } from './go-flags.ts';

test.each([
  ['-envoyReadiness', '--envoyReadiness'],
  ['--envoyReadiness', '--envoyReadiness'],
  ['-envoyReadiness=true', '--envoyReadiness'],
  ['-envoyReadiness=false', ''],
  ['-envoyReadiness=maybe', '--envoyReadiness=maybe'],
  ['-logLevel debug', '--logLevel debug'],
  ['-logLevel=debug -envoyConfigPath /b.yaml', '--logLevel=debug --envoyConfigPath /b.yaml'],
  ['-envoyConfigPath=/a=b', '--envoyConfigPath=/a=b'],
  ['status --json -h', 'status --json -h'],
  ['-logLevels', '-logLevels'],
])('daybreak agent %s becomes %s', (given, wanted) => {
  const split = (text: string) => text.split(' ').filter((word) => word !== '');
  expect(withoutGoFlags(['node', 'daybreak', 'agent', ...split(given)])).toEqual([
    'node',
    'daybreak',
    'agent',
    ...split(wanted),
  ]);
});

test('other commands keep their arguments', () => {
  const argv = ['node', 'daybreak', 'apply', '-logLevel'];
  expect(withoutGoFlags(argv)).toEqual(argv);
});
