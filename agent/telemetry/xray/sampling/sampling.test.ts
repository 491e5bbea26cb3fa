import { expect, test } from 'vitest';
import { createLog } from '../../../../common/log.ts';
import { followRules, ratePath } from './follow-rules.ts';
import { ownRules } from './own-rules.ts';
import { chooseRate, matches, parseRules, type SamplingRule } from './rules.ts';
import { serveSampling } from './serve-sampling.ts';

const RULE: SamplingRule = {
  RuleName: 'Default',
  Priority: 10_000,
  FixedRate: 0.05,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  ResourceARN: '*',
};
const SERVICE = { names: ['white', 'apps/white'], type: 'AWS::AppMesh::Proxy' };
const CHECKOUT = { ...RULE, RuleName: 'checkout', Priority: 1, URLPath: '/checkout', FixedRate: 1 };
const MESH = { ...RULE, RuleName: 'mesh', Priority: 2, ServiceName: 'apps/*', FixedRate: 0.2 };
const LAMBDA = { ...RULE, RuleName: 'lambda', Priority: 1, ServiceType: 'AWS::Lambda::Function' };
const OTHER = { ...RULE, RuleName: 'other', Priority: 1, ServiceName: 'blue' };

test.each([
  ['the default', [RULE], { rate: 0.05, rule: 'Default', leftOut: [] }],
  ['the first by priority', [RULE, MESH], { rate: 0.2, rule: 'mesh', leftOut: [] }],
  [
    'rules of other services do not count',
    [LAMBDA, OTHER, RULE],
    { rate: 0.05, rule: 'Default', leftOut: [] },
  ],
  [
    'a rule for one path is left out, and said',
    [CHECKOUT, MESH],
    { rate: 0.2, rule: 'mesh', leftOut: ['checkout'] },
  ],
  [
    'a rule behind the chosen one does not matter',
    [{ ...CHECKOUT, Priority: 3 }, MESH],
    { rate: 0.2, leftOut: [] },
  ],
  ['no rule', [OTHER], { rate: undefined, rule: undefined, leftOut: [] }],
])('%s', (_, rules, chosen) => {
  expect(chooseRate(rules, SERVICE)).toMatchObject(chosen);
});

test.each([
  ['*', 'anything', true],
  ['apps/*', 'apps/white', true],
  ['APPS/whit?', 'apps/white', true],
  ['app.*', 'apps/white', false],
  ['', '', true],
  ['a?', 'a', false],
  ['*white', 'white/white', true],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b', 'xbxa', false],
  [`${'*a'.repeat(60)}*b`, 'a'.repeat(200), false],
  ['white', 'whiter', false],
])('the pattern %j and %j', (pattern, text, isMatch) => {
  expect(matches(pattern, text)).toBe(isMatch);
});

test.each([
  '',
  '[]',
  '{"SamplingRuleRecords":[{"SamplingRule":{"RuleName":"a","FixedRate":2,"Priority":1}}]}',
])('an answer without usable rules is an error: %s', (text) => {
  if (text === '[]') expect(parseRules(text).rules).toEqual([]);
  else expect(() => parseRules(text)).toThrow(/JSON|rate/);
});

test('a rate of Envoy has a fraction of a million', () => {
  expect(decodeURIComponent(ratePath(0.0005))).toBe(
    '/runtime_modify?tracing.random_sampling={numerator: 500, denominator: MILLION}',
  );
});

test('the rate follows the rules, page by page, and stays while X-Ray is away', async () => {
  const rates: number[] = [];
  const ending = new AbortController();
  let answers = 0;
  const call = (_: string, body: string) => {
    answers += 1;
    if (answers > 2) return Promise.reject(new Error('away'));
    const { NextToken } = JSON.parse(body) as { NextToken?: string };
    const page = NextToken === undefined ? { records: [RULE], NextToken: 'second' } : { records: [MESH] };
    const { records, ...rest } = page;
    const SamplingRuleRecords = records.map((SamplingRule) => ({ SamplingRule }));
    return Promise.resolve({
      status: 200,
      body: Buffer.from(JSON.stringify({ SamplingRuleRecords, ...rest })),
    });
  };
  const setRate = (rate: number) => {
    rates.push(rate);
    return Promise.resolve();
  };
  const following = followRules(
    { call, service: SERVICE, setRate, log: createLog('t', 'silent') },
    ending.signal,
  );
  await expect.poll(() => rates).toEqual([0.2, 0.2]);
  ending.abort();
  await following;
});

test("X-Ray's SDKs get one rule of the agent's own", async () => {
  const server = await serveSampling(0, ownRules(0.25));
  const url = `http://127.0.0.1:${server?.port}`;
  const post = (path: string, headers = {}) =>
    fetch(`${url}${path}`, { method: 'POST', body: '{}', headers });
  expect(await (await post('/GetSamplingRules')).json()).toMatchObject({
    SamplingRuleRecords: [{ SamplingRule: { RuleName: 'Default', FixedRate: 0.25, Version: 1 } }],
  });
  expect(await (await post('/SamplingTargets')).json()).toMatchObject({
    SamplingTargetDocuments: [{ RuleName: 'Default', FixedRate: 0.25 }],
    UnprocessedStatistics: [],
  });
  expect((await post('/PutTraceSegments')).status).toBe(404);
  expect((await fetch(url)).status).toBe(404);
  expect((await post('/GetSamplingRules', { origin: 'http://evil' })).status).toBe(403);
  const large = 'x'.repeat(1024 * 1024);
  const refused = await fetch(`${url}/SamplingTargets`, { method: 'POST', body: large });
  expect(refused.status).toBe(413);
  expect(await refused.text()).toBe('a request has at most 262144 bytes\n');
  expect(await serveSampling(server?.port ?? 0, ownRules(1))).toBeUndefined();
  server?.close();
});

test('a source that fails is an answer of 502', async () => {
  const server = await serveSampling(0, () => Promise.reject(new Error('no AWS credentials')));
  const answer = await fetch(`http://127.0.0.1:${server?.port}/SamplingTargets`, {
    method: 'POST',
    body: '{}',
  });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({ message: 'no AWS credentials' });
  server?.close();
});
