import { expect, it } from 'vitest';
import { OPERATIONS } from './operations.ts';

it('are derived from the model, all 38', async () => {
  expect(OPERATIONS).toHaveLength(38);
  const table = OPERATIONS.map((operation) => {
    const what =
      'kind' in operation ? `${operation.kind} → ${operation.result}: ${operation.resultShape}` : 'tags';
    return `${operation.name}: ${operation.method} ${operation.path} ${operation.verb} ${what}\n`;
  });
  await expect(table.join('')).toMatchFileSnapshot('testdata/operations.txt');
});
