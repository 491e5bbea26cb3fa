import { afterEach, expect, test } from 'vitest';
import type { HostAnswer } from './ask-host.ts';
import { followNames, type FollowedNames } from './follow-names.ts';
import { createLog } from '../log.ts';
import { SHORT_FORM } from '../testing/short-form.ts';

const log = createLog('test', 'silent');
const open: FollowedNames[] = [];
afterEach(() => {
  for (const names of open.splice(0)) names.close();
});

/** A resolver whose answers the test sets, with the shortest TTL. */
function resolver(answers: Record<string, readonly string[]>, keepMs = 1) {
  const asked: string[] = [];
  let changes = 0;
  const ask = async (name: string): Promise<HostAnswer> => {
    asked.push(name);
    const addresses = answers[name];
    if (addresses === undefined) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
    return { addresses, ttlMs: 0 };
  };
  const names = followNames({ log, ask, keepMs, onChange: () => (changes += 1) });
  open.push(names);
  return { names, asked, changes: () => changes };
}

test('a name has no addresses before its first answer, and is resolved again when its TTL has passed', async () => {
  const answers: Record<string, readonly string[]> = { 'db.local': ['10.0.0.1'] };
  const { names, changes } = resolver(answers);
  names.follow(['DB.local']);
  expect(names.addressesOf('db.local')).toBeUndefined();
  await expect.poll(() => names.addressesOf('db.LOCAL')).toEqual({ current: ['10.0.0.1'], former: [] });
  await expect.poll(changes).toBe(1);
  answers['db.local'] = ['10.0.0.2'];
  await expect
    .poll(() => names.addressesOf('db.local'))
    .toEqual({ current: ['10.0.0.2'], former: ['10.0.0.1'] });
  await expect.poll(changes).toBe(2);
});

test.skipIf(SHORT_FORM)(
  'a name that no longer resolves keeps its last addresses, and the status has the problem',
  async () => {
    const answers: Record<string, readonly string[]> = { 'db.local': ['10.0.0.1'] };
    const { names } = resolver(answers);
    names.follow(['db.local']);
    await expect.poll(() => names.addressesOf('db.local')).toBeDefined();
    delete answers['db.local'];
    await expect.poll(() => names.status()[0]?.problem).toBe('getaddrinfo ENOTFOUND db.local');
    expect(names.addressesOf('db.local')).toEqual({ current: ['10.0.0.1'], former: [] });
    answers['db.local'] = ['10.0.0.1'];
    await expect.poll(() => names.status()[0]?.problem).toBeUndefined();
  },
);

test.skipIf(SHORT_FORM)(
  'if the resolver does not answer for one name, the status has the problem, the query is not repeated, and other names are resolved',
  async () => {
    const asked: string[] = [];
    const answers = Promise.withResolvers<HostAnswer>();
    const ask = (name: string): Promise<HostAnswer> => {
      asked.push(name);
      return name === 'mute' ? answers.promise : Promise.resolve({ addresses: ['10.0.0.1'], ttlMs: 0 });
    };
    const names = followNames({ log, ask, limitMs: 1, onChange: () => undefined });
    open.push(names);
    names.follow(['mute', 'a']);
    await expect.poll(() => names.isSettled('mute')).toBe(true);
    expect(names.status().find(({ name }) => name === 'mute')?.problem).toBe(
      'the resolver did not answer within 0.001 s',
    );
    await expect.poll(() => asked.filter((name) => name === 'a').length).toBeGreaterThan(6);
    expect(asked.filter((name) => name === 'mute')).toHaveLength(1);
    answers.resolve({ addresses: ['10.0.0.2'], ttlMs: 0 });
    await expect.poll(() => names.addressesOf('mute')).toEqual({ current: ['10.0.0.2'], former: [] });
  },
);

test.skipIf(SHORT_FORM)('an answer with the same addresses in another order changes nothing', async () => {
  const answers: Record<string, readonly string[]> = { 'db.local': ['10.0.0.1', '10.0.0.2'] };
  const { names, asked, changes } = resolver(answers);
  names.follow(['db.local']);
  await expect.poll(changes).toBe(1);
  answers['db.local'] = ['10.0.0.2', '10.0.0.1'];
  const before = asked.length;
  await expect.poll(() => asked.length).toBeGreaterThan(before + 1);
  expect(changes()).toBe(1);
});

test.skipIf(SHORT_FORM)(
  'a name that is no longer followed keeps its addresses for a while, and is then removed',
  async () => {
    const { names, asked } = resolver({ a: ['10.0.0.1'], b: ['10.0.0.2'] });
    names.follow(['a', 'b']);
    await expect.poll(() => names.addressesOf('a')).toBeDefined();
    names.follow(['b']);
    expect(names.addressesOf('a')).toEqual({ current: ['10.0.0.1'], former: [] });
    await expect.poll(() => names.status().map(({ name }) => name)).toEqual(['b']);
    expect(names.addressesOf('a')).toBeUndefined();
    const before = asked.filter((name) => name === 'a').length;
    const questions = asked.length;
    await expect.poll(() => asked.length).toBeGreaterThan(questions + 1);
    expect(asked.filter((name) => name === 'a')).toHaveLength(before);
  },
);

test('a name that is followed again in time keeps its addresses', async () => {
  const { names, changes } = resolver({ a: ['10.0.0.1'] }, 60_000);
  names.follow(['a']);
  await expect.poll(changes).toBe(1);
  names.follow([]);
  names.follow(['a']);
  expect(names.addressesOf('a')).toEqual({ current: ['10.0.0.1'], former: [] });
});

test('a name is settled once its first query is answered or has failed', async () => {
  const { names, changes } = resolver({ a: ['10.0.0.1'] });
  names.follow(['a', 'gone']);
  expect([names.isSettled('a'), names.isSettled('gone')]).toEqual([false, false]);
  await expect.poll(() => [names.isSettled('a'), names.isSettled('gone')]).toEqual([true, true]);
  await expect.poll(changes).toBeGreaterThan(0);
  expect(names.addressesOf('gone')).toBeUndefined();
});

test("the host's resolver resolves localhost", async () => {
  const names = followNames({ log, onChange: () => undefined });
  open.push(names);
  names.follow(['localhost']);
  await expect.poll(() => names.addressesOf('localhost')?.current).toContain('127.0.0.1');
});
