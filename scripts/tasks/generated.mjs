import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.mjs';

/** @import { Context } from '../context.mjs' */

const BUF = [
  'xds',
  'common/contracts/agent-channel',
  'common/contracts/attestation',
  'agent/telemetry/otlp',
].map((folder) => ['generate', '--template', `${folder}/buf.gen.yaml`]);

/**
 * Generates the committed code again in another place and compares: the tree itself is left as it is.
 * @param {Context} context
 * @returns {Promise<string[]>} the files that differ, or are on one side only, by their path in the checkout
 */
export async function outdatedGeneratedCode({ root, folder, env, signal }) {
  await mkdir(folder, { recursive: true });
  const fresh = await mkdtemp(join(folder, 'generated-'));
  try {
    const model = 'controlplane/model';
    const sources = (await readdir(join(root, model))).filter(
      (name) => /\.(ts|json)$/.test(name) && !name.endsWith('types.ts') && !name.endsWith('.test.ts'),
    );
    for (const name of sources) await cp(join(root, model, name), join(fresh, model, name));
    const options = { cwd: root, env, signal, seconds: 300 };
    await Promise.all([
      ...BUF.map((words) => run('buf', [...words, '--output', fresh], options)),
      run('node', [join(fresh, model, 'generate.ts')], options),
    ]);
    return [
      ...(await differences(root, fresh, 'xds/envoy')),
      ...(await differences(root, fresh, 'common/contracts/agent-channel/generated')),
      ...(await differences(root, fresh, 'agent/telemetry/otlp/generated')),
      ...(await differences(root, fresh, model, (name) => name.endsWith('types.ts'))),
      ...(await differences(root, fresh, 'common/contracts/attestation/generated')),
    ];
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} fresh
 * @param {string} folder
 * @param {(name: string) => boolean} [wanted]
 */
async function differences(root, fresh, folder, wanted = () => true) {
  const names = new Set([...(await files(join(root, folder))), ...(await files(join(fresh, folder)))]);
  const different = [];
  for (const name of [...names].filter(wanted)) {
    const [now, then] = await Promise.all(
      [root, fresh].map((base) => readFile(join(base, folder, name), 'utf8').catch(() => undefined)),
    );
    if (now !== then) different.push(join(folder, name));
  }
  return different;
}

/** @param {string} folder */
async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
