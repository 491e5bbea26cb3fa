import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import type { Resource } from '../mesh/resource.ts';
import type { Contents } from '../store/store.ts';
import { backupLines, readBackup } from './format.ts';

const AT = new Date('2026-11-21T12:00:00.123Z');
const owner = '111122223333';

function resource(kind: Resource['kind'], name: string, parent = ''): Resource {
  const times = { version: 2, createdAt: 1_700_000_000_123, lastUpdatedAt: 1_700_000_000_124 };
  const rest = { uid: `uid-${name}`, ...times, resourceOwner: owner, tags: [{ key: 'team', value: 'ü 🎨' }] };
  return { kind, owner, mesh: 'colors', parent, name, spec: {}, ...rest };
}

const contents: Contents = {
  revision: 41,
  resources: [
    resource('route', 'all', 'router'),
    resource('virtualNode', 'white\u0000 \u2028\ud800'),
    resource('mesh', 'colors'),
  ],
  tokens: [{ account: owner, operation: 'CreateMesh', token: 't', content: 'c', at: 5000 }],
  history: [],
};
const text = [...backupLines(contents, '1.2.3', AT)].join('');
const lines = text.trimEnd().split('\n');

it('contains the same content after reading, parents first', () => {
  const { header, contents: read } = readBackup(text, 'b');
  expect(header).toMatchObject({ format: 1, program: '1.2.3', createdAt: AT.toISOString(), revision: 41 });
  expect(read).toEqual({ ...contents, resources: [2, 1, 0].map((index) => contents.resources[index]) });
});

it('keeps its format', async () => {
  await expect(text).toMatchFileSnapshot('testdata/three-resources.backup');
});

it('does not depend on the order of rows from the store', () => {
  const turned = { ...contents, resources: contents.resources.toReversed() };
  expect([...backupLines(turned, '1.2.3', AT)].join('')).toBe(text);
});

it('may be empty', () => {
  const nothing = { revision: 0, resources: [], tokens: [], history: [] };
  expect(readBackup([...backupLines(nothing, '1', AT)].join(''), 'b').contents).toEqual(nothing);
});

describe('damage is found, with its line:', () => {
  const swap = (a: number, b: number): string[] => lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  test.each([
    ['a changed character', lines.with(2, (lines[2] ?? '').replace('white', 'whitf')), 3],
    ['a changed checksum', lines.with(3, `0${(lines[3] ?? '').slice(1)}`), 4],
    ['a missing line', lines.toSpliced(2, 1), 3],
    ['a missing last record', lines.toSpliced(4, 1), 5],
    ['a line twice', lines.toSpliced(2, 0, lines[2] ?? ''), 4],
    ['two lines in another order', swap(1, 2), 2],
    ['an empty line between', lines.toSpliced(2, 0, ''), 3],
    ['Windows line ends', lines.map((line) => `${line}\r`), 1],
    ['a missing last line', lines.slice(0, -1), 6],
    ['something after its end', [...lines, lines.at(-1) ?? ''], 7],
  ])('%s', (_, changed, line) => {
    expect(() => readBackup(`${changed.join('\n')}\n`, 'b')).toThrow(`b is damaged in line ${line}: `);
  });

  it('a truncated line', () => {
    expect(() => readBackup(text.slice(0, -9), 'b')).toThrow('b is damaged in line 6: ');
    expect(() => readBackup(text.slice(0, text.indexOf('\n') + 60), 'b')).toThrow('b is damaged in line 2: ');
  });

  it('any flipped bit', () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(() => readBackup(flipped.toString(), 'b')).toThrow(/Nothing was changed\.$/);
    }
  });
});

test.each([
  ['nothing', '', 'b is not a backup'],
  ['text', 'apiVersion: v1\nkind: Mesh\n', 'b is not a backup'],
  ['a database', `SQLite format 3\0${'x'.repeat(500)}`, 'b is not a backup'],
])('%s is refused', (_, other, message) => {
  expect(() => readBackup(other, 'b')).toThrow(message);
});

test('a later format is refused with its version, before the rest is read', () => {
  const header = JSON.stringify({ daybreak: 'backup', format: 4, program: '9.0.0' });
  const checksum = createHash('sha256').update(header).digest('hex').slice(0, 32);
  expect(() => readBackup(`${checksum} ${header}\nsomething else`, 'b')).toThrow(
    'b has format 4, but this program knows formats up to 3 only. Restore it with version 9.0.0, which wrote it.',
  );
});
