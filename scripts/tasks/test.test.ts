import { expect, test } from 'vitest';
import { projectsOf } from './test.mjs';

test('without --only every project runs, in their order', () => {
  expect(projectsOf(['xds', '--reports=reports'])).toEqual(['unit', 'program', 'net']);
});

test('--only runs the projects that it names', () => {
  expect(projectsOf(['--only=net', 'faults'])).toEqual(['net']);
  expect(projectsOf(['--only=net', '--only=unit'])).toEqual(['unit', 'net']);
});

test('--only with a project that does not exist names those that do', () => {
  expect(() => projectsOf(['--only=integration'])).toThrow(
    '--only=integration: it is one of unit, program, net',
  );
});
