import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame } from '../testing/http2.ts';
import { MessageSplitter } from './message-splitter.ts';
import { status } from './status.ts';

function collect(mostBytes = 1000, encoding = 'identity') {
  const messages: string[] = [];
  const splitter = new MessageSplitter(
    mostBytes,
    encoding,
    (bytes) => void messages.push(bytes.toString('latin1')),
  );
  return { splitter, messages };
}

test('messages are the same for every split of their bytes into chunks', () => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: 40 });
  fc.assert(
    fc.property(fc.array(text), fc.array(fc.nat(30)), (sent, cuts) => {
      const { splitter, messages } = collect();
      let rest = Buffer.concat(sent.map((each) => frame(Buffer.from(each, 'latin1'))));
      for (const cut of cuts) {
        splitter.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      splitter.push(rest);
      expect(messages).toEqual(sent);
      expect(splitter.isAmid()).toBe(false);
    }),
  );
});

test('the rest of one call is independent of other calls', () => {
  const [one, other] = [collect(), collect()];
  const red = frame(Buffer.from('red'));
  one.splitter.push(red.subarray(0, 6));
  one.splitter.push(Buffer.concat([red.subarray(6), red.subarray(0, 7)]));
  other.splitter.push(frame(Buffer.from('chartreuse')).subarray(0, 6));
  other.splitter.push(frame(Buffer.from('chartreuse')).subarray(6));
  one.splitter.push(red.subarray(7));
  expect([one.messages, other.messages]).toEqual([['red', 'red'], ['chartreuse']]);
});

test('isAmid is true while a message is incomplete', () => {
  const { splitter, messages } = collect();
  splitter.push(frame(Buffer.from('whole')));
  expect(splitter.isAmid()).toBe(false);
  splitter.push(frame(Buffer.from('half')).subarray(0, 7));
  expect(splitter.isAmid()).toBe(true);
  expect(messages).toEqual(['whole']);
});

const HEAD = (flag: number, length: number) => Buffer.from([flag, 0, 0, length >> 8, length & 255]);

test.each([
  ['longer than the limit', HEAD(0, 1001), 'identity', status.RESOURCE_EXHAUSTED, /1001 bytes: at most 1000/],
  [
    'compressed',
    HEAD(1, 10),
    'gzip',
    status.UNIMPLEMENTED,
    /gzip encoding: this server reads identity alone/,
  ],
  [
    'compressed, in a call without compression',
    HEAD(1, 10),
    'identity',
    status.INVALID_ARGUMENT,
    /the flag 1/,
  ],
  ['with an invalid flag', HEAD(2, 10), 'gzip', status.INVALID_ARGUMENT, /the flag 2/],
] as const)('a message %s is refused as soon as its head arrives', (_, head, encoding, code, message) => {
  for (const chunks of [[head], Array.from(head, (byte) => Buffer.from([byte]))]) {
    const { splitter } = collect(1000, encoding);
    expect(() => chunks.forEach((chunk) => splitter.push(chunk))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  }
});
