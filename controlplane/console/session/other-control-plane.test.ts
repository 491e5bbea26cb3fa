import { afterEach, beforeEach, expect, it } from 'vitest';
import { startConsole, type TestConsole } from '../testing/test-console.ts';

// Two control planes behind one address: a browser that signed in at one is sent to the other.

let planes: readonly TestConsole[];
beforeEach(async () => {
  planes = await Promise.all([startConsole(), startConsole()]);
});
afterEach(async () => {
  await Promise.all(planes.map((plane) => plane.close()));
});

it('a session belongs to one control plane, and another one says so', async () => {
  const [first, second] = planes;
  const browser = await first?.signIn('AKADMIN');
  const request = { method: 'GET', url: '/v20190125/meshes' } as const;
  const answer = await second?.send({ ...request, headers: { cookie: browser?.cookie } });
  expect([answer?.status, answer?.error]).toEqual([403, 'ExpiredTokenException']);
  expect(answer?.json['message']).toContain('another control plane behind this address');
  expect((await browser?.send(request))?.status).toBe(200);
});
