import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type * as Change from './change.ts';
import { EXAMPLE } from '../testing/example-mesh.ts';

// A control plane that answers one request after the other.

const AT = { mesh: 'm', owner: '' };
const ID = { kind: 'virtualNode', parent: '', name: 'front' } as const;

let change: typeof Change;
beforeAll(async () => {
  // The state of the pages reads the address of the browser.
  vi.stubGlobal('location', { hash: '' });
  change = await import('./change.ts');
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function answering(...answers: readonly (() => Promise<Response>)[]): { asked: number } {
  const count = { asked: 0 };
  vi.stubGlobal('fetch', () => {
    const answer = answers[Math.min(count.asked, answers.length - 1)];
    count.asked += 1;
    return answer?.();
  });
  return count;
}

const away = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
const ready = (): Promise<Response> => Promise.resolve(Response.json({ change: 'update', proxies: [] }));

test('a preview that begins while the control plane is away is there when it is back: the text could not be saved before it was changed', async () => {
  const { signal } = new AbortController();
  const count = answering(away, away, ready);
  const found = await change.previewOf(AT, ID, 'Update', {}, signal, () => Promise.resolve());
  expect(found).toEqual({ state: 'ready', effect: { change: 'update', proxies: [] } });
  expect(count.asked).toBe(3);
});

test('a preview ends with the question', async () => {
  const question = new AbortController();
  const count = answering(away);
  const found = await change.previewOf(AT, ID, 'Update', {}, question.signal, async () => question.abort());
  expect([found, count.asked]).toEqual([{ state: 'none' }, 1]);
});

test('a preview that takes too long is not asked for again', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort());
  const { signal } = new AbortController();
  const count = answering(away, ready);
  const pause = vi.fn<() => Promise<void>>();
  expect(await change.previewOf(AT, ID, 'Update', {}, signal, pause)).toMatchObject({ state: 'refused' });
  expect([count.asked, pause.mock.calls.length]).toEqual([1, 0]);
});

test('a change has the time of the control plane: the page showed the time of the change before', async () => {
  answering(() =>
    Promise.resolve(Response.json({ metadata: { version: 8, lastUpdatedAt: 1_700_000_000.5 } })),
  );
  const [first] = EXAMPLE.resources;
  expect(await change.updateResource(AT, ID, {}, first)).toEqual({
    kind: 'done',
    version: 8,
    updatedAt: '2023-11-14T22:13:20.500Z',
  });
});
