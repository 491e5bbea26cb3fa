import { expect, test } from 'vitest';
import { CLUSTER } from '../../xds/types.ts';
import { decodeState, encodeState, StateFormatError } from './state-format.ts';
import { storedConfig, typesWith } from './testing/stored-config.ts';

const bytesOf = (config = storedConfig()) => Buffer.concat(encodeState(config));

/** Returns the kind of the error that decoding throws. */
function errorOf(bytes: Buffer): string {
  try {
    decodeState(bytes);
    return 'none';
  } catch (error) {
    return error instanceof StateFormatError ? error.kind : String(error);
  }
}

test('a configuration is the same after encoding and decoding', () => {
  const config = storedConfig();
  const { types, ...rest } = decodeState(bytesOf(config));
  const { types: before, ...others } = config;
  expect(rest).toEqual(others);
  const plain = (each: typeof types) =>
    Array.from(each, ([typeUrl, resources]) => [
      typeUrl,
      Array.from(resources.values(), (resource) => ({
        ...resource,
        any: Buffer.from(resource.any).toString('hex'),
      })),
    ]);
  expect(plain(types)).toEqual(plain(before));
});

test('a type without resources stays known as empty, and a time to live is kept', () => {
  const [resource] = typesWith().get(CLUSTER)?.values() ?? [];
  if (resource === undefined) throw new Error('the configuration has a cluster');
  const types = new Map([
    [CLUSTER, new Map([['c', { ...resource, ttlMs: 5000 }]])],
    ['empty', new Map()],
  ]);
  const decoded = decodeState(bytesOf(storedConfig({ types }))).types;
  expect(decoded.get(CLUSTER)?.get('c')?.ttlMs).toBe(5000);
  expect(decoded.get('empty')).toEqual(new Map());
});

test('decoding copies no resource, and encoding copies none', () => {
  const config = storedConfig();
  const [resource] = config.types.get(CLUSTER)?.values() ?? [];
  expect(encodeState(config)).toContain(resource?.any);
  const bytes = bytesOf(config);
  expect(decodeState(bytes).types.get(CLUSTER)?.get('c')?.any.buffer).toBe(bytes.buffer);
});

test('a file that is cut at any place is damaged', () => {
  const bytes = bytesOf();
  for (let cut = 0; cut < 100; cut += 1) {
    const at = Math.floor((bytes.length * cut) / 100);
    expect([at, errorOf(bytes.subarray(0, at))]).toEqual([at, 'damaged']);
  }
});

test('a file with one flipped bit is damaged, or says that it is newer: 1,000 bits', () => {
  const bytes = bytesOf();
  const bits = bytes.length * 8;
  for (let index = 0; index < 1000; index += 1) {
    const bit = Math.floor((bits * index) / 1000);
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(['damaged', 'newer']).toContain(errorOf(flipped));
  }
});

test('a file with more after its end is damaged', () => {
  expect(errorOf(Buffer.concat([bytesOf(), Buffer.from('x')]))).toBe('damaged');
});

test('a newer format is told apart from damage', () => {
  const newer = bytesOf().toString('latin1').replace('daybreak-agent-state 1 ', 'daybreak-agent-state 2 ');
  expect(errorOf(Buffer.from(newer, 'latin1'))).toBe('newer');
});
