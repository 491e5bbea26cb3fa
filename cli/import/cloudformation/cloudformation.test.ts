import { join } from 'node:path';
import { describe } from 'vitest';
import { testGoldens } from '../testing/goldens.ts';

describe('templates of CloudFormation', () => {
  testGoldens(join(import.meta.dirname, 'testdata'));
});
