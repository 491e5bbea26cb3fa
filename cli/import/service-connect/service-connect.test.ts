import { join } from 'node:path';
import { describe } from 'vitest';
import { testGoldens } from '../testing/goldens.ts';

describe('services of ECS with Service Connect', () => {
  testGoldens(join(import.meta.dirname, 'testdata'));
});
