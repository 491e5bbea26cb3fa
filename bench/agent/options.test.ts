import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test("without arguments, the rounds are the default and App Mesh's agent is left out", async () => {
  expect(await readOptions([], 5)).toEqual({ rounds: 5, appMeshAgent: undefined });
});

test("rounds and the binary of App Mesh's agent, in any order", async () => {
  const wanted = { rounds: 3, appMeshAgent: process.execPath };
  expect(await readOptions(['3', '--app-mesh-agent', process.execPath], 5)).toEqual(wanted);
  expect(await readOptions(['--app-mesh-agent', process.execPath, '3'], 5)).toEqual(wanted);
});

test.each([
  [['x'], /x rounds: it has to be a whole number/],
  [['3', '4'], /unexpected argument "4"/],
  [['--app-mesh-agent', '/nowhere'], /--app-mesh-agent="\/nowhere": no program there/],
  [['--peer', 'x'], /agent: Unknown option '--peer'/],
])('%j is refused', async (args, why) => {
  await expect(readOptions(args, 5)).rejects.toThrow(why);
});
