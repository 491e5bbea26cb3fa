import { expect, test } from 'vitest';
import { meshOf, node } from '../../testing/example-mesh.ts';
import { copyAs } from './copy-as.ts';

const OWNER = '000000000000';

test.each([
  ['cli', `--mesh-owner ${OWNER}`],
  ['document', `meshOwner: "${OWNER}"`],
  ['cloudformation', `MeshOwner: "${OWNER}"`],
  ['terraform', `mesh_owner`],
  ['kubernetes', `meshOwner: "${OWNER}"`],
] as const)('a copy as %s names the owner of a mesh of another account: it was of the mesh of that name in the own account', async (form, text) => {
  const one = node('front');
  const copied = (account: string): Promise<string> =>
    copyAs(form, meshOf(one), one, 'http://127.0.0.1:8080', account);
  expect(await copied('111122223333')).toContain(text);
  expect(await copied(OWNER)).not.toContain(OWNER);
});

test('the command line takes names that a shell or the AWS CLI would read as something else: a name with a dash in front was taken for a flag', async () => {
  const commandOf = async (name: string): Promise<string> => {
    const one = node(name);
    return copyAs('cli', meshOf(one), one, 'http://127.0.0.1:8080', OWNER);
  };
  expect(await commandOf('-dash')).toContain(' --virtual-node-name=-dash \\\n');
  expect(await commandOf("o'brien $HOME")).toContain(` --virtual-node-name 'o'\\''brien $HOME' \\\n`);
  expect(await commandOf('日本')).toContain(" --virtual-node-name '日本' \\\n");
});
