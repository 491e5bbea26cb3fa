import { expect, test } from 'vitest';
import { meshOf, node } from '../testing/example-mesh.ts';
import { copyAs } from './copy-as.ts';

test('the command line takes names that a shell or the AWS CLI would read as something else: a name with a dash in front was taken for a flag', async () => {
  const commandOf = async (name: string): Promise<string> => {
    const one = node(name);
    return copyAs('cli', meshOf(one), one, 'http://127.0.0.1:8080');
  };
  expect(await commandOf('-dash')).toContain(' --virtual-node-name=-dash \\\n');
  expect(await commandOf("o'brien $HOME")).toContain(` --virtual-node-name 'o'\\''brien $HOME' \\\n`);
  expect(await commandOf('日本')).toContain(" --virtual-node-name '日本' \\\n");
});
