import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const ROOT = `
variable "name" {}
resource "aws_appmesh_mesh" "shop" {
  name = var.name
}
`;

const names = (files: Readonly<Record<string, string>>) =>
  Object.values(files)
    .join('')
    .match(/meshName: .*/g);

it('takes the values of a file that -f names from another folder, as -var-file does: they had no effect', async () => {
  const texts = { 'main.tf': ROOT, 'environments/prod.tfvars': 'name = "prod"' };
  const { code, files } = await importTexts(texts, { paths: ['.', 'environments/prod.tfvars'] });
  expect([code, names(files)]).toEqual([0, ['meshName: prod']]);
});

it('takes the values of a file beside a configuration for that one alone', async () => {
  const texts = { 'a/main.tf': ROOT, 'a/one.tfvars': 'name = "one"', 'b/main.tf': ROOT };
  const { code, stdout, files } = await importTexts(texts, { paths: ['a', 'b', 'a/one.tfvars'] });
  expect([code, names(files)]).toEqual([1, ['meshName: one']]);
  expect(stdout).toContain('name: variable name has no value');
});

it.each([
  ['*.auto.tfvars replaces terraform.tfvars: its name decided', {}, 'auto'],
  ['a file that -f names replaces both: its name decided', { paths: ['.', 'dev.tfvars'] }, 'dev'],
  ['of two that -f names, the last one', { paths: ['.', 'dev.tfvars', 'always.tfvars'] }, 'always'],
])('%s', async (_, options, name) => {
  const texts = {
    'main.tf': ROOT,
    'terraform.tfvars': 'name = "terraform"',
    'a.auto.tfvars': 'name = "auto"',
    'dev.tfvars': 'name = "dev"',
    'always.tfvars': 'name = "always"',
  };
  const { code, files } = await importTexts(texts, { paths: ['.'], ...options });
  expect([code, names(files)]).toEqual([0, [`meshName: ${name}`]]);
});
