import { expect, test } from 'vitest';
import { AGENT_CODES } from '../../agent/codes.ts';
import { CONTROL_PLANE_CODES } from '../../controlplane/codes.ts';
import { PROXYINIT_CODES } from '../../proxyinit/errors.ts';
import { cells, page, section } from './pages.ts';

const PAGE = page('docs/when-it-breaks.md');

/** Returns the codes in the first column of a section's table. */
const documented = (heading: string): readonly string[] =>
  section(PAGE, heading)
    .filter((line) => line.startsWith('| `'))
    .flatMap((row) => [...(cells(row)[0] ?? '').matchAll(/`([A-Z_0-9]+)`/g)].map(([, code = '']) => code));

test.each<[string, readonly string[], readonly string[]]>([
  [
    'the agent',
    [
      '## The agent does not start',
      '## The control plane cannot be used',
      '## The configuration',
      '## Envoy',
      '## The application and the redirect rules',
    ],
    Object.keys(AGENT_CODES),
  ],
  ['the control plane', ['## The control plane'], Object.keys(CONTROL_PLANE_CODES)],
  ['proxyinit', ['## proxyinit'], PROXYINIT_CODES],
])('docs/when-it-breaks.md has every code of %s, and no other', (_, headings, codes) => {
  expect(headings.flatMap(documented).toSorted()).toEqual([...codes].toSorted());
});
