import { expect, it } from 'vitest';
import type { Client, Query } from '../client/client.ts';
import { identity } from './identity.ts';

const STATE = {
  trustDomain: 'apps.example',
  sealedBy: 'plain',
  roots: [],
  issuing: { ends: '' },
  unknownUntil: null,
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

it('says after a restore that the list may not have all certificates, and what a rotation waits for', async () => {
  const shown = async (unknownUntil: string | null): Promise<string> => {
    let text = '';
    const client = { read: async () => ({ ...STATE, unknownUntil, certificates: [] }) };
    const stdout = { write: (written: string) => (text += written) };
    await identity(client as unknown as Client, { output: 'text' }, stdout);
    return text;
  };
  expect(await shown(null)).not.toContain('restored');
  expect(await shown('2026-12-02T20:15:10.000Z')).toContain(
    'A backup was restored: certificates that are not in this list may be in use until 2026-12-02T20:15:10.000Z. A rotation waits for that, unless you skip its steps\n',
  );
});
