import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Host } from '../lab/host.ts';
import { until } from '../lab/until.ts';
import { failing, openMutualScene, SERVICE, type MutualScene } from './testing/mutual/scene.ts';
import { PORTS } from './testing/mutual/ports.ts';
import { formOf, readWalk, type WalkStep } from './testing/mutual/walk.ts';

// The walk of docs/identity.md from plain text to STRICT and back, as a reader would do it: the files and the commands are those of the page,
// with the names of the scene's mesh and virtual node.

const WALK = readWalk('docs/identity.md', '## From plain text to STRICT, and back');
const LIMITS = { limitMs: 180_000, everyMs: 2000 };

let scene: MutualScene;
let outside: Host;
beforeAll(async () => {
  scene = await openMutualScene(`walk-${process.pid}`, envoyOf('DAYBREAK_ENVOY'), ['--plaintext-window=60']);
  outside = await scene.lab.host('outside');
}, 600_000);
afterAll(() => scene?.close());

const ofScene = (text: string): string =>
  text.replaceAll('meshName: colors', 'meshName: m').replaceAll('--mesh colors', '--mesh m');
const ofPage = (text: string): string =>
  text
    .replaceAll(/^m\b/gm, 'colors')
    .replaceAll(/(?<= )server\b/g, 'white')
    // Only the windows differ.
    .replaceAll(/in the last \S+ hours/g, 'in the last 24 hours');

/** Returns the answer to a caller without a sidecar. */
async function fromOutside(): Promise<string> {
  const ask = `fetch('http://${SERVICE}:${PORTS.http}/').then((r) => r.text()).then(console.log, () => console.log('refused'))`;
  return (await outside.exec(process.execPath, ['-e', ask])).stdout.trim();
}

/**
 * Without the caller's own calls, which are in the list for a while: those before it changed, and late ones of a busy machine. And without the line
 * about how far the callers are known, which is there for the first minute.
 */
function stable(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.includes('mesh/m/virtualNode/client') && !LIMITED.test(line))
    .join('\n');
}

const LIMITED = /^Mesh \w+: .* in this list\b/;

async function run({ command, shown }: WalkStep): Promise<void> {
  const [, ...words] = ofScene(command).split(' ');
  const [first = '', ...others] = words.map((word) =>
    word.endsWith('.yaml') ? scene.controlPlane.file(word) : word,
  );
  const once = () => scene.controlPlane.daybreak(first, ...others);
  if (shown === undefined) {
    await once();
    return;
  }
  const isAsShown = async (): Promise<boolean> => {
    if (shown.startsWith('MESH')) expect(await fromOutside()).toBe('hello');
    const output = formOf(ofPage(stable(await once())));
    if (output !== formOf(stable(shown))) throw new Error(`it is\n${output}`);
    return true;
  };
  await until(`the output of ${command}`, isAsShown, LIMITS);
}

test('the walk of the page leads from plain text to STRICT, through authorization, and back, without a failed request', {
  timeout: 1_200_000,
}, async () => {
  expect([...WALK.files.keys()]).toEqual([
    'permissive.yaml',
    'strict.yaml',
    'off.yaml',
    'audit.yaml',
    'enforce.yaml',
  ]);
  for (const [name, content] of WALK.files) await writeFile(scene.controlPlane.file(name), ofScene(content));
  let load = scene.startLoad();
  let isIdle = false;
  for (const step of WALK.steps) {
    // On a busy machine, the first bytes of some tcp connections of the caller come late, and it stays in the list.
    const isEmptyList = step.shown?.startsWith('No caller') === true;
    if (isEmptyList) isIdle = true;
    if (isEmptyList) expect(failing(await scene.endLoad(load))).toEqual([]);
    await run(step);
    if (step.command.endsWith('strict.yaml') && isIdle) load = scene.startLoad();
    if (step.command.endsWith('strict.yaml')) isIdle = false;
    await scene.allInSync();
    if (step.command.endsWith('strict.yaml'))
      await until('plain text is refused', async () => (await fromOutside()) === 'refused', LIMITS);
  }
  await until('plain text is taken again', async () => (await fromOutside()) === 'hello', LIMITS);
  await until('no chain for mutual TLS on tcp', async () => !(await scene.takesMutual(PORTS.tcp)), LIMITS);
  expect(failing(await scene.endLoad(load))).toEqual([]);
});
