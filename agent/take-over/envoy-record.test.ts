import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseRecord, readRecord, writeRecord, type EnvoyRecord } from './envoy-record.ts';
import { self } from './keep.ts';
import { isRunning, startIn, startOf } from './process-start.ts';
import { whyNot } from './take-over.ts';

const RECORD: EnvoyRecord = {
  node: 'mesh/m/virtualNode/n',
  agent: { pid: 41, start: '1000' },
  envoy: { pid: 42, start: '1007', epoch: 3 },
};
const TEXT = JSON.stringify({ format: 1, ...RECORD });

test('a record is read as it was written, and only its owner can read it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(readRecord(folder)).toBeUndefined();
  const { envoy: _none, ...starting } = RECORD;
  for (const record of [starting, RECORD]) {
    writeRecord(folder, record);
    expect(readRecord(folder)).toMatchObject(record);
    expect(statSync(join(folder, 'envoy.json')).mode & 0o777).toBe(0o600);
  }
});

test('a record that is cut off at any place is damaged', () => {
  for (let length = 0; length < TEXT.length; length += 1)
    expect(() => parseRecord(TEXT.slice(0, length))).toThrow('it is damaged');
});

test.each([
  ['a newer format', TEXT.replace('"format":1', '"format":2'), 'its format is 2, not 1'],
  ['no format', '{}', 'its format is undefined, not 1'],
  ['not an object', 'null', 'its format is undefined, not 1'],
  ['no agent', TEXT.replace('"agent"', '"other"'), 'it is damaged'],
  ['a process id that is a text', TEXT.replace('"pid":42', '"pid":"42"'), 'it is damaged'],
  ['the process id of init', TEXT.replace('"pid":42', '"pid":1'), 'it is damaged'],
  ['a negative process id, which is a group', TEXT.replace('"pid":42', '"pid":-42'), 'it is damaged'],
  ['a start that is no number', TEXT.replace('"1007"', '"soon"'), 'it is damaged'],
  ['no epoch', TEXT.replace('"epoch":3', '"epoch":-1'), 'it is damaged'],
])('%s', (_, text, said) => {
  expect(() => parseRecord(text)).toThrow(said);
});

test('the start of a process is its own, and not that of a zombie', () => {
  const fields = Array.from({ length: 50 }, (_, index) => `${index + 4}`);
  expect(startIn(`42 (a b) c) S ${fields.join(' ')}`)).toBe('22');
  expect(startIn(`42 (envoy) Z ${fields.join(' ')}`)).toBeUndefined();
  expect(startOf(2 ** 30)).toBeUndefined();
  expect(isRunning(self())).toBe(true);
  expect(isRunning({ ...self(), start: '1' })).toBe(false);
});

test('only the one Envoy that the record names is taken over', () => {
  const { envoy: _none, ...starting } = RECORD;
  const it = { pid: 42, start: '1007' };
  expect(whyNot(RECORD, [it])).toBeUndefined();
  // Two guards for a moment, if the agent that took over was killed then.
  expect(whyNot(RECORD, [it, it])).toBeUndefined();
  expect(whyNot(starting, [it])).toBe('no Envoy was LIVE');
  expect(whyNot(RECORD, [])).toBe('Envoy 42 has ended');
  expect(whyNot(RECORD, [{ pid: 42, start: '2000' }])).toBe('Envoy 42 has ended');
  // An Envoy that was replaced ends by itself. In the reverse case, there is no reliable Envoy.
  expect(whyNot(RECORD, [it, { pid: 41, start: '999' }])).toBeUndefined();
  expect(whyNot(RECORD, [it, { pid: 43, start: '1009' }])).toBe('Envoy 43 was about to replace Envoy 42');
});
