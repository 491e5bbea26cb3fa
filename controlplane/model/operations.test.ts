import { expect, it } from 'vitest';
import { BETA_OPERATIONS, OPERATIONS } from './operations.ts';

it.each([
  ['2019-01-25', OPERATIONS, 38],
  ['2018-10-01', BETA_OPERATIONS, 19],
] as const)('all operations are derived from the model of %s', async (version, operations, count) => {
  expect(operations).toHaveLength(count);
  const table = operations.map((operation) => {
    const what =
      'kind' in operation ? `${operation.kind} → ${operation.result}: ${operation.resultShape}` : 'tags';
    return `${operation.name}: ${operation.method} ${operation.path} ${operation.verb} ${what}\n`;
  });
  await expect(table.join('')).toMatchFileSnapshot(`testdata/operations-${version}.txt`);
});
