import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blockOf } from '../docker/testing/blocks.ts';
import { ROOT } from './pages.ts';

// Outputs on pages that another test compares with the program.

test('docs/proxyinit.md shows lines of `daybreak proxyinit verify`, whose whole output proxyinit/testdata/verify.out has', () => {
  const output = readFileSync(join(ROOT, 'proxyinit/testdata/verify.out'), 'utf8').split('\n');
  const shown = blockOf('docs/proxyinit.md', 'IPv4 out');
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.filter((line) => !output.includes(line))).toEqual([]);
});
