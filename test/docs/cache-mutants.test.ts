import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from '../long/cache-mutants/mutants.ts';
import { ROOT } from './pages.ts';

test.each(MUTANTS)('the cache key that test/long/cache-mutants.ts weakens is still there: $what', ({
  file,
  from,
}) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(from);
});
