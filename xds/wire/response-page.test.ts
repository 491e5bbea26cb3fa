import { expect, test } from 'vitest';
import type { MessageWriter } from './message-writer.ts';
import type { Response } from './request.ts';
import { createResponsePage } from './response-page.ts';
import { CLUSTER } from '../types.ts';
import { stringField } from './wire-fields.ts';

const response = (version: string, nonce: string): Response => ({
  typeUrl: CLUSTER,
  version,
  nonce,
  resources: [],
  removed: [],
});

test('a response that differs only in its nonce reuses the body; any other response writes it again', () => {
  const page = createResponsePage();
  const bodies: string[] = [];
  const write = (version: string, nonce: string): Buffer =>
    Buffer.from(
      page.write(response(version, nonce), undefined, (writer) => {
        bodies.push(version);
        writer.string(1, version);
      }),
    );
  const bytes = (version: string, nonce: string): Buffer =>
    Buffer.concat([stringField(1, version), stringField(5, nonce)]);
  expect(write('a', '1000')).toEqual(bytes('a', '1000'));
  expect(write('a', '2')).toEqual(bytes('a', '2'));
  expect(write('b', '3')).toEqual(bytes('b', '3'));
  expect(write('a', '4')).toEqual(bytes('a', '4'));
  expect(bodies).toEqual(['a', 'b', 'a']);
});

test('the same response with the same nonce is the same object, and a different one never is', () => {
  const page = createResponsePage();
  const write = (version: string, nonce: string): Buffer =>
    page.write(response(version, nonce), undefined, (writer) => writer.string(1, version));
  const first = write('a', '1');
  expect(write('a', '1')).toBe(first);
  expect(write('a', '2')).not.toBe(first);
  expect(write('a', '1')).not.toBe(first);
  const again = write('a', '1');
  expect(write('b', '1')).not.toBe(again);
  expect(write('a', '1')).not.toBe(again);
});

test('a response of more than a mebibyte stays valid, and its buffer is not kept', () => {
  const page = createResponsePage();
  let bodies = 0;
  const write = (): Buffer =>
    page.write(response('a', '1'), undefined, (writer) => {
      bodies += 1;
      writer.bytes(2, Buffer.alloc(1024 * 1024, 7));
    });
  const first = write();
  const before = Buffer.from(first);
  expect(write()).toEqual(first);
  expect(first).toEqual(before);
  expect(bodies).toBe(2);
});

test('after a response that could not be written, the one before it is written again', () => {
  const page = createResponsePage();
  const body = (writer: MessageWriter): void => writer.string(1, 'whole');
  const first = Buffer.from(page.write(response('a', '1'), undefined, body));
  expect(() =>
    page.write(response('b', '2'), undefined, (writer) => {
      writer.string(1, 'a part');
      throw new TypeError('a fault');
    }),
  ).toThrow('a fault');
  expect(page.write(response('a', '1'), undefined, body)).toEqual(first);
});
