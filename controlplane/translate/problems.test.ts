import { expect, test } from 'vitest';
import { collectProblems, problemsIn, type Circumstances } from './problems.ts';

const { report, list } = collectProblems();
report('a', 'always');
report('b', 'while red is connected', { kind: 'connected', virtualNode: 'red' });
report('c', 'without the secret', { kind: 'lacking', secret: 's', standIn: 'meanwhile' });

const nowhere: Circumstances = { isConnected: () => false, held: () => undefined };

test.each<[string, Partial<Circumstances>, readonly string[]]>([
  ['no proxy is connected, and no secret is held', {}, ['a', 'c']],
  ['the virtual node is connected', { isConnected: (name) => name === 'red' }, ['a', 'b', 'c']],
  ['another virtual node is connected', { isConnected: (name) => name === 'blue' }, ['a', 'c']],
  ['a stand-in for the secret is held', { held: () => 'meanwhile' }, ['a', 'c']],
  ['the secret is held', { held: (name) => (name === 's' ? 'v' : undefined) }, ['a']],
])('%s', (_, circumstances, wanted) => {
  const problems = problemsIn(list(), { ...nowhere, ...circumstances });
  expect(problems.map(({ where }) => where)).toEqual(wanted);
  for (const problem of problems) expect(Object.keys(problem)).toEqual(['where', 'what']);
});
