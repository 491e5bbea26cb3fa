import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cells, page, ROOT } from './pages.ts';

test('bench/README.md has a row for each bench, and no other', () => {
  const main = readFileSync(join(ROOT, 'bench/main.ts'), 'utf8');
  const benches = [...main.matchAll(/^ {2}'?([\w-]+)'?: \(\) => import\(/gm)].map(([, name = '']) => name);
  const rows = page('bench/README.md')
    .text.split('\n')
    .flatMap((line) => /^`([\w-]+)(?: \w+)?`$/.exec(cells(line)[0] ?? '')?.[1] ?? []);
  expect(benches.length).toBeGreaterThan(0);
  expect([...new Set(rows)].toSorted()).toEqual(benches.toSorted());
});
