import { expect, test } from 'vitest';
import { exitCodeOf, type EndCause } from '../../agent/endings/end-cause.ts';
import { cells, page, section } from './pages.ts';

/** A cause of each kind. The compiler finds a kind that is missing here. */
const CAUSES: { readonly [K in EndCause['kind']]: Extract<EndCause, { readonly kind: K }> } = {
  'exit-code': { kind: 'exit-code', code: 1 },
  unseen: { kind: 'unseen' },
  signal: { kind: 'signal', signal: 'SIGSEGV' },
  'port-taken': { kind: 'port-taken', words: '' },
  hang: { kind: 'hang' },
  stuck: { kind: 'stuck' },
  'out-of-memory': { kind: 'out-of-memory' },
  'cannot-start': { kind: 'cannot-start', why: '' },
  'configuration-refused': { kind: 'configuration-refused', words: '' },
  'cannot-execute': { kind: 'cannot-execute', why: '' },
};

test('docs/settings.md has the exit code of the agent for each cause', () => {
  const rows = section(page('docs/settings.md'), '### Failures and exit codes').map(cells);
  const documented = rows.flatMap(([code = '', causes = '']) =>
    [...causes.matchAll(/`([a-z-]+)`/g)].map(([, cause = '']) => [cause, code] as const),
  );
  const actual = Object.values(CAUSES).map(
    (cause) =>
      [
        cause.kind,
        cause.kind === 'signal' ? "128 plus the signal's number" : `${exitCodeOf(cause)}`,
      ] as const,
  );
  expect(Object.fromEntries(documented.filter(([cause]) => cause !== 'cause'))).toEqual(
    Object.fromEntries(actual),
  );
  expect(exitCodeOf(CAUSES.signal)).toBe(139);
});
