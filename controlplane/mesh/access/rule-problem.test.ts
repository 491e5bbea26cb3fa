import { expect, test } from 'vitest';
import { ruleProblem } from './rule-problem.ts';

const http = [{ path: { prefix: '/' } }];
const both = [
  { port: 80, isHttp: true },
  { port: 90, isHttp: false },
];
const none = 'it has http, and can only match listener 90 of protocol tcp: it has no effect';

test.each([
  ['a rule without http', { ports: [90] }, 'deny', undefined],
  ['a rule for a listener that has become tcp', { http, ports: [90] }, 'allow', none],
  [
    'a deny of the mesh, on a virtual node with a tcp listener',
    { http },
    'deny',
    'it has http, and so does not refuse connections to listener 90 of protocol tcp',
  ],
  ['an allow of the mesh there', { http }, 'allow', undefined],
  ['a deny of an http port', { http, ports: [80] }, 'deny', undefined],
  ['a rule for a port that no listener has', { http, ports: [70] }, 'deny', undefined],
] as const)('%s', (_, rule, member, problem) => {
  expect(ruleProblem(rule, member, both)).toBe(problem);
});
