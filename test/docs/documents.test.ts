import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBench, type Bench } from '../../cli/testing/control-plane.ts';
import { readTokens } from '../../controlplane/ads/access/tokens.ts';
import { page } from './pages.ts';

// The documents that the pages show, as a reader would apply them.

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

/** Returns the blocks of a page in this language. */
function blocksIn(path: string, language: string): readonly string[] {
  const all = page(path).text.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...all].flatMap(([, name, block = '']) => (name === language ? [block] : []));
}

/** The meshes of docs/identity.md, and the virtual nodes that its documents name. */
const MESHES = { colors: ['a'], shop: ['orders', 'reports'] };

/** Without the files of a walk, which begin with their names: test/identity/walk.net.test.ts applies those in their order. */
const DOCUMENTS = blocksIn('docs/identity.md', 'yaml').filter((block) => !block.startsWith('# '));

test('docs/identity.md shows documents', () => {
  expect(DOCUMENTS.length).toBeGreaterThan(2);
});

test.each(DOCUMENTS)('daybreak apply takes this document of docs/identity.md: %s', async (stdin) => {
  const model = Object.entries(MESHES).flatMap(([meshName, nodes]) => [
    { meshName },
    ...nodes.map((virtualNodeName) => ({ meshName, virtualNodeName, spec: {} })),
  ]);
  expect(await bench.apply(['-'], { stdin: JSON.stringify(model) })).toMatchObject({ code: 0 });
  expect(await bench.apply(['-'], { stdin })).toMatchObject({ code: 0, stderr: '' });
});

test('the line of a tokens file in docs/credentials.md is one', () => {
  const [line = ''] = blocksIn('docs/credentials.md', 'json').filter((block) => block.includes('"sha256"'));
  expect([...readTokens('tokens', Buffer.from(line)).values()]).toMatchObject([
    { nodes: [expect.anything()] },
  ]);
});
