import { expect, it } from 'vitest';
import { IamFailure } from './failure.ts';
import { createPolicyAnswers } from './policy-answers.ts';
import type { PolicyQuestion } from './simulate.ts';
import type { Verdict } from './verdict.ts';

const question = (more: Partial<PolicyQuestion> = {}): PolicyQuestion => ({
  principalArn: 'arn:aws:iam::123456789012:role/web',
  uniqueId: 'AROA1',
  resource: 'arn:aws:appmesh:us-east-1:123456789012:mesh/m/virtualNode/a',
  ...more,
});
const ALLOWED: Verdict = { kind: 'allowed', missing: [] };
const DENIED: Verdict = { kind: 'denied', isPolicy: true, reason: 'no statement allows it' };

/** Answers from a fake IAM, on a clock that stands still. */
function scene() {
  const clock = { now: 0 };
  const asked: PolicyQuestion[] = [];
  const iam = { answer: async (): Promise<Verdict> => ALLOWED };
  const answers = createPolicyAnswers(
    async (each) => {
      asked.push(each);
      return iam.answer();
    },
    () => clock.now,
  );
  return { clock, asked, iam, answers };
}

it('a policy that was withdrawn counts for five minutes at most', async () => {
  const { clock, iam, answers, asked } = scene();
  expect(await answers.ask(question())).toEqual(ALLOWED);
  iam.answer = async () => DENIED;
  clock.now = 5 * 60_000 - 1;
  expect(await answers.ask(question())).toEqual(ALLOWED);
  expect(asked).toHaveLength(1);
  clock.now += 1;
  expect(await answers.ask(question())).toEqual(DENIED);
  expect(asked).toHaveLength(2);
});

it('a new policy counts after 30 seconds at most', async () => {
  const { clock, iam, answers, asked } = scene();
  iam.answer = async () => DENIED;
  await answers.ask(question());
  iam.answer = async () => ALLOWED;
  clock.now = 29_999;
  expect(await answers.ask(question())).toEqual(DENIED);
  clock.now = 30_000;
  expect(await answers.ask(question())).toEqual(ALLOWED);
  expect(asked).toHaveLength(2);
});

it('a failure is no refusal: the next question is asked again, and an earlier answer stays the latest', async () => {
  const { clock, iam, answers, asked } = scene();
  await answers.ask(question());
  clock.now = 400_000;
  iam.answer = () => Promise.reject(new IamFailure('away', 'x'));
  await expect(answers.ask(question())).rejects.toThrow(IamFailure);
  expect(answers.latest(question())).toEqual({ verdict: ALLOWED, age: 400_000 });
  iam.answer = async () => ALLOWED;
  expect(await answers.ask(question())).toEqual(ALLOWED);
  expect(asked).toHaveLength(3);
});

it('equal questions at the same time are asked once; each other one has an answer of its own', async () => {
  const { asked, answers } = scene();
  const others = [
    question({ uniqueId: 'AROA2' }),
    question({ resource: `${question().resource}b` }),
    // The parts of these two are the same text in a row.
    question({ principalArn: 'r', uniqueId: 'A B', resource: 'C' }),
    question({ principalArn: 'r', uniqueId: 'A', resource: 'B C' }),
    question({ principalArn: 'r","A', uniqueId: 'B' }),
    question({ principalArn: 'r', uniqueId: 'A","B' }),
  ];
  const all = [question(), question(), question(), ...others];
  await Promise.all(all.map((each) => answers.ask(each)));
  expect(asked).toHaveLength(1 + others.length);
});

it('for a fleet that starts at once, four questions run at a time, and agents beyond the bound are told to come back', async () => {
  const { iam, answers, asked } = scene();
  let running = 0;
  let most = 0;
  iam.answer = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return ALLOWED;
  };
  const all = Array.from({ length: 1000 }, (_, index) => answers.ask(question({ resource: `${index}` })));
  const results = await Promise.allSettled(all);
  expect(most).toBe(4);
  expect(asked).toHaveLength(132);
  const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(refused).toHaveLength(1000 - 132);
  expect(refused[0]).toMatchObject({ kind: 'away', message: 'too many questions wait for AWS IAM' });
});

it('the answers that are kept are bounded: the oldest one goes first', async () => {
  const { answers } = scene();
  for (let index = 0; index <= 10_000; index += 1) await answers.ask(question({ resource: `${index}` }));
  expect(answers.latest(question({ resource: '0' }))).toBeUndefined();
  expect(answers.latest(question({ resource: '1' }))).toBeDefined();
  expect(answers.latest(question({ resource: '10000' }))).toBeDefined();
});

it('listeners learn of a refusal and of its end, and of nothing else', async () => {
  const { clock, iam, answers } = scene();
  let calls = 0;
  const stop = answers.onChange(() => (calls += 1));
  const again = async (verdict: Verdict): Promise<number> => {
    clock.now += 400_000;
    iam.answer = async () => verdict;
    await answers.ask(question());
    return calls;
  };
  expect(await again(ALLOWED)).toBe(0);
  expect(await again(DENIED)).toBe(1);
  expect(await again(DENIED)).toBe(1);
  expect(await again(ALLOWED)).toBe(2);
  stop();
  expect(await again(DENIED)).toBe(2);
});
