import { expect, test } from 'vitest';
import { ApiError, ERROR_CODES } from '../../controlplane/http/errors.ts';
import { API_MODEL } from '../../controlplane/model/api-model.ts';
import { cells, page, section } from './pages.ts';

const ERRORS = page('docs/errors.md');
const rows = section(ERRORS, '# Errors of the API').filter((line) => line.startsWith('| '));
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(\w+Exception)`/g)].map(([, name = '']) => name);
const isAppMesh = (name: string): boolean => name in API_MODEL.shapes;

test("docs/errors.md lists App Mesh's errors", () => {
  const [row = ''] = rows.filter((line) => line.startsWith("| the ten of App Mesh's API"));
  expect(namesIn(row).toSorted()).toEqual(ERROR_CODES.filter(isAppMesh).toSorted());
});

test('docs/errors.md has a row with the status of every other error, or leaves it to docs/credentials.md', () => {
  const documented = rows.flatMap((row) => {
    const [name = '', status] = cells(row);
    return namesIn(name).map((code) => [code, Number(status)] as const);
  });
  const signatures = page('docs/credentials.md').text;
  const others = ERROR_CODES.filter((code) => !isAppMesh(code));
  const elsewhere = others.filter((code) => signatures.includes(`\`${code}\``));
  const actual = others
    .filter((code) => !elsewhere.includes(code))
    .map((code) => [code, new ApiError(code, '').status] as const);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(actual));
  expect(elsewhere.map((code) => new ApiError(code, '').status)).toEqual(elsewhere.map(() => 403));
});
