import { expect, test } from 'vitest';
import { DEFAULT_QUOTAS } from '../../controlplane/api/checks/quotas.ts';
import { withDefaults } from '../../xds/server-options.ts';
import { cells, page, section } from './pages.ts';

test('docs/limits.md has the default of every quota, and no other quota', () => {
  const rows = section(page('docs/limits.md'), '## Quotas').filter((line) => line.startsWith('| `'));
  const documented = rows.map(cells).map(([name = '', , value]) => [name.replaceAll('`', ''), Number(value)]);
  expect(Object.fromEntries(documented)).toEqual(DEFAULT_QUOTAS);
  expect(documented).toHaveLength(Object.keys(DEFAULT_QUOTAS).length);
});

test('docs/xds.md has the limits of a stream', () => {
  const rows = section(page('docs/xds.md'), '## Limits of a stream').map(cells);
  const documented = (what: string) => rows.find(([name = '']) => name.startsWith(what))?.[1];
  const { limits, stepTimeoutMs, stallTimeoutMs, firstRequestTimeoutMs } = withDefaults({ keyOf: () => '' });
  expect({
    names: documented('Subscribed names'),
    types: documented('Types'),
    nameLength: documented('Characters of a name'),
    step: documented('Time to an ACK or NACK'),
    stall: documented('Time without reading'),
    firstRequest: documented('Time to the first request'),
  }).toEqual({
    names: limits.names.toLocaleString('en'),
    types: `${limits.types}`,
    nameLength: limits.nameLength.toLocaleString('en'),
    step: `${stepTimeoutMs / 1000} s`,
    stall: `${stallTimeoutMs / 1000} s`,
    firstRequest: `${firstRequestTimeoutMs / 1000} s`,
  });
});
