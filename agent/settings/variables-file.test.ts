import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openVariables } from './variables-file.ts';

function makeFile(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'variables-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'agent.env');
  const write = (next: string) => writeFileSync(path, next);
  write(text);
  return { path, write };
}

test('the file takes precedence over the environment, and flags over the file', async () => {
  const { path } = makeFile('A=file\nB=file\n');
  const { env, problem } = await openVariables(
    { DAYBREAK_ENV_FILE: path, A: 'env', C: 'env' },
    { B: 'flag' },
  );
  expect(problem).toBeUndefined();
  expect(env).toMatchObject({ A: 'file', B: 'flag', C: 'env' });
});

test('a variable that is removed from the file is removed, although systemd had put it into the environment', async () => {
  const { path, write } = makeFile('A=1\nB=1\n');
  const variables = await openVariables({ DAYBREAK_ENV_FILE: path, A: '1', B: '1', C: '1' });
  write('A=2\nD=2\n');
  const { DAYBREAK_ENV_FILE: _name, ...rest } = await variables.read();
  expect(rest).toEqual({ A: '2', C: '1', D: '2' });
});

test('without the variable, a further reading returns the same', async () => {
  const { env, read } = await openVariables({ A: '1' });
  expect(env).toEqual({ A: '1' });
  expect(await read()).toEqual(env);
});

test('a file that cannot be used is a problem at the start and an error afterwards', async () => {
  const { path } = makeFile('nonsense');
  const variables = await openVariables({ DAYBREAK_ENV_FILE: path, A: '1' });
  const words = `DAYBREAK_ENV_FILE=${path} cannot be used (line 1: a line has the form NAME=VALUE`;
  expect(variables.env['A']).toBe('1');
  expect(variables.problem?.message).toContain(words);
  await expect(variables.read()).rejects.toThrow(words);
});
