import { expect, test } from 'vitest';
import { DEFAULT_QUOTAS } from '../../controlplane/api/checks/quotas.ts';
import { cells, page, section } from './pages.ts';

test('docs/limits.md has the default of every quota, and no other quota', () => {
  const rows = section(page('docs/limits.md'), '## Quotas').filter((line) => line.startsWith('| `'));
  const documented = rows.map(cells).map(([name = '', , value]) => [name.replaceAll('`', ''), Number(value)]);
  expect(Object.fromEntries(documented)).toEqual(DEFAULT_QUOTAS);
  expect(documented).toHaveLength(Object.keys(DEFAULT_QUOTAS).length);
});
