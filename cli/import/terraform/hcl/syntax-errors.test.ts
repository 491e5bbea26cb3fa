import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const MESH = 'resource "aws_appmesh_mesh" "m" {\n  name = "m"\n}\n';
const BROKEN = 'provider "x" {\n  "a" = 1\n}\nprovider "y" {\n  "b" = 1\n}\n';

it('a syntax error in a file of a folder without App Mesh resources is no problem, as in other forms', async () => {
  const { code, stdout } = await importTexts({ 'main.tf': MESH, 'vpc.tf': BROKEN }, { paths: ['.'] });
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Left out:\n  vpc.tf:2: no mention of resources of App Mesh, and a syntax error: column 3: Invalid argument name; Argument names must not be quoted.\n',
  );
});

it.each([
  ['that -f names', {}, { 'vpc.tf': BROKEN }],
  ['with App Mesh resources', { paths: ['.'] }, { 'mesh.tf': MESH + BROKEN }],
])('a syntax error is a problem in a file %s, with the first error alone', async (_, options, texts) => {
  const { code, stdout } = await importTexts(
    { 'main.tf': MESH.replace('"m" {', '"n" {'), ...texts },
    options,
  );
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /Problems: 1\.\n {2}\w+\.tf:\d: column 3: Invalid argument name; Argument names must not be quoted\.\n/,
  );
});
