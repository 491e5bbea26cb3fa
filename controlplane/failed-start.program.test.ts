import { join } from 'node:path';
import { describe } from 'vitest';
import { failedStarts } from './testing/failed-start.ts';

describe('a control plane on a data folder that cannot start', () => {
  failedStarts(async (folder) => ['--data', join(folder, 'model')]);
});
