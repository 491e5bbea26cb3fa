import { expect, test } from 'vitest';
import { decodeAnnouncement, encodeAnnouncements, type Announcement } from './announcement.ts';
import type { NodeId } from './draining.ts';

const node = (name: string): NodeId => ({ kind: 'virtualNode', owner: '1', mesh: 'm', parent: '', name });
const ALL: Announcement = {
  replica: 'r',
  out: Array.from({ length: 200 }, (_, index) => ({
    id: `${index}`,
    node: node('ä'.repeat(100)),
    known:
      index % 2 === 0
        ? undefined
        : { leaving: { from: '10.0.0.1', addresses: ['10.0.0.1'] }, isEnded: index % 3 === 0 },
  })),
  back: [{ node: node('n'), serving: { from: '10.0.0.2', addresses: [] } }],
};

test('a long announcement is several texts within the limit, and nothing of it is lost', () => {
  const texts = encodeAnnouncements(ALL, 7900);
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.every((text) => Buffer.byteLength(text) <= 7900)).toBe(true);
  const decoded = texts.map((text) => decodeAnnouncement(text));
  expect(decoded.flatMap((each) => each?.out ?? [])).toEqual(ALL.out);
  expect(decoded.flatMap((each) => each?.back ?? [])).toEqual(ALL.back);
});

test.each(['', 'nonsense', '[]', '{"replica":1}'])('%j is no announcement', (text) => {
  expect(decodeAnnouncement(text)).toBeUndefined();
});

test('entries of an unknown form are skipped', () => {
  const text = JSON.stringify({ replica: 'r', out: [1, { id: 'x' }], back: [null], more: true });
  expect(decodeAnnouncement(text)).toEqual({ replica: 'r', out: [], back: [] });
});
