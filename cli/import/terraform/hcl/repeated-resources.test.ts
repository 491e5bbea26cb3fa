import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const mesh = (name: string) => `resource "aws_appmesh_mesh" "m" {\n  name = "${name}"\n}\n`;

it('two resources of one type and name in a folder are a problem: the first one was dropped in silence', async () => {
  const { code, stdout } = await importTexts({ 'a.tf': mesh('one'), 'b.tf': mesh('two') });
  expect(code).toBe(1);
  expect(stdout).toContain('Problems: 1.\n  b.tf:1 aws_appmesh_mesh.m: the folder has another resource');
  const apart = await importTexts({ 'a/main.tf': mesh('one'), 'b/main.tf': mesh('two') });
  expect(apart.stdout).toContain('Taken: 2 meshes.');
});
