import { expect, test } from 'vitest';
import { createSharedQuestions } from './shared-questions.ts';

test('callers who ask the same at once share one piece of work; a later one begins anew', async () => {
  const questions = createSharedQuestions<number>(1);
  let runs = 0;
  const work = async (): Promise<number> => (runs += 1);
  const ask = async () => questions.answer('same', work);
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  expect(answers).toEqual(Array(100).fill(1));
  expect(await questions.answer('same', work)).toBe(2);
});

test('beyond the limit of different questions there is no answer, until one ends, also with an error', async () => {
  const questions = createSharedQuestions<number>(1);
  const failing = questions.answer('first', () => Promise.reject(new Error('no')));
  expect(questions.answer('second', async () => 1)).toBeUndefined();
  await expect(failing).rejects.toThrow('no');
  expect(await questions.answer('second', async () => 1)).toBe(1);
});
