import { expect, it } from 'vitest';
import type { Client, Query } from '../client/client.ts';
import { identity } from './identity.ts';

const STATE = {
  trustDomain: 'apps.example',
  sealedBy: 'plain',
  roots: [],
  issuing: { ends: '' },
  rotation: null,
};

it('reads all pages of certificates, and shows one list', async () => {
  const asked: (Query | undefined)[] = [];
  const read = async (_path: string, query?: Query) => {
    asked.push(query);
    const at = Number(query?.['nextToken'] ?? 0);
    const certificates = [{ node: `mesh/m/virtualNode/${at}`, ends: 0, serial: String(at) }];
    return { ...STATE, certificates, ...(at < 2 && { nextToken: String(at + 1) }) };
  };
  let shown = '';
  const stdout = { write: (text: string) => (shown += text) };
  await identity({ read } as unknown as Client, { output: 'json' }, stdout);
  expect(asked).toEqual([
    { limit: '1000' },
    ...['1', '2'].map((nextToken) => ({ limit: '1000', nextToken })),
  ]);
  const answer = JSON.parse(shown) as { readonly certificates: readonly { readonly serial: string }[] };
  expect(answer.certificates.map(({ serial }) => serial)).toEqual(['0', '1', '2']);
  expect(answer).not.toHaveProperty('nextToken');
});
