import { join } from 'node:path';
import { describe } from 'vitest';
import { testGoldens } from '../testing/goldens.ts';

describe('saved answers', () => {
  testGoldens(join(import.meta.dirname, 'testdata'));
});
