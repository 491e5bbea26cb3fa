import { expect, test } from 'vitest';
import { chooseBackend, type Evidence } from './backend.ts';

const nothing = { unusable: undefined, ours: false, others: 0 };
const nft: Evidence = { backend: 'nft', ...nothing };
const legacy: Evidence = { backend: 'legacy', ...nothing };

test.each([
  ['nothing is there: what iptables is here', [nft, legacy], 'auto', 'legacy', 'legacy'],
  ['nothing is there, nor a plain iptables', [nft, legacy], 'auto', undefined, 'nft'],
  ["others' rules are in one", [nft, { ...legacy, others: 3 }], 'auto', 'nft', 'legacy'],
  [
    "others' rules are in both",
    [
      { ...nft, others: 1 },
      { ...legacy, others: 3 },
    ],
    'auto',
    'nft',
    'nft',
  ],
  [
    'ours are in one, whatever others do',
    [
      { ...nft, ours: true },
      { ...legacy, others: 3 },
    ],
    'auto',
    'legacy',
    'nft',
  ],
  [
    'ours are in both',
    [
      { ...nft, ours: true },
      { ...legacy, ours: true },
    ],
    'auto',
    'legacy',
    'legacy',
  ],
  ['the kernel has only one', [{ ...nft, unusable: 'no' }, legacy], 'auto', 'nft', 'legacy'],
  ['only one is installed', [legacy], 'auto', 'legacy', 'legacy'],
  ['one is asked for', [{ ...nft, ours: true }, legacy], 'legacy', 'nft', 'legacy'],
  [
    'none works',
    [
      { ...nft, unusable: 'no' },
      { ...legacy, unusable: 'no' },
    ],
    'auto',
    'nft',
    undefined,
  ],
] as const)('%s', (_, evidence, asked, standard, backend) => {
  expect(chooseBackend(evidence, asked, standard)?.backend).toBe(backend);
});
