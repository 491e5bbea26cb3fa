import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../reading/yaml.ts';
import { isObject } from '../../../common/is-object.ts';
import { testGoldens } from '../testing/goldens.ts';
import { runImport } from '../testing/run.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');

describe('states, plans and configurations', () => {
  testGoldens(join(TESTDATA, 'cases'));
});

// Terraform 1.11.4 with provider 5.100.0 wrote these files for a configuration with every field of the provider. `exported.yaml` is
// the export of that mesh from the control plane that Terraform had created it in. `terraform.net.test.ts` does the same again.
describe('the whole model', () => {
  it.each([
    'state.json',
    'terraform.tfstate',
    'plan.json',
    'main.tf.json',
  ])('%s gives the exported mesh', async (file) => {
    const { code, files } = await runImport(join(TESTDATA, 'whole'), [file], { account: '111122223333' });
    expect(code).toBe(0);
    const imported = contentOf(Object.values(files).join('---\n'));
    const exported = contentOf(await readFile(join(TESTDATA, 'whole/exported.yaml'), 'utf8'));
    const whole = [...imported].filter(([names]) => names.includes('"meshName":"whole"'));
    expect(new Map(whole)).toEqual(exported);
  });
});

function contentOf(text: string): ReadonlyMap<string, unknown> {
  const { documents } = parseYaml('', text);
  return new Map(
    documents.map(({ value }) => {
      const { spec, tags, ...names } = value as Readonly<Record<string, unknown>>;
      return [JSON.stringify(inOrder(names)), inOrder({ spec, tags })];
    }),
  );
}

/** Two defaults of the API, which the provider sends if the configuration does not set them. */
const DEFAULTS: Readonly<Record<string, boolean>> = { invert: false, enforce: true };

// Terraform's sets have no order.
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(
    ([name, part]) => DEFAULTS[name] !== part || part === undefined,
  );
  return Object.fromEntries(
    members.map(([name, part]) => [name, inOrder(part)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
